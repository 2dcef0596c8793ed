import { expect } from 'chai';
import type { JsonObject } from '#cse';
import { type Answer, startCse, type TestCse } from './support.ts';

describe('a local multicast group (TS-0001 §9.6.44, TS-0004 §7.4.55)', () => {
  let city: TestCse;
  const given = { mad: { ip4: '239.255.7.7' }, mgft: '/id-host/lights', mli: ['cse-in/one'] };
  const create = (attributes: JsonObject): Promise<Answer> =>
    city.create('/cse-in', 45, { 'm2m:lmg': { rn: 'lights', ...given, ...attributes } });

  before(async () => {
    city = await startCse();
    for (const rn of ['one', 'two']) await city.create('/cse-in', 3, { 'm2m:cnt': { rn } });
  });
  after(() => city[Symbol.asyncDispose]());
  afterEach(() => city.send('DELETE', '/cse-in/lights'));

  it('is joined when it is made; answers go to the group host', async () => {
    const { rsc, pc, dbg } = await create({ rstw: 'PT2S', egid: 'group', tmgi: 'tmgi' });
    expect(rsc, dbg).to.equal(2001);
    expect(pc['m2m:lmg']).to.deep.include({ ...given, rstt: '/id-host', rstw: 'PT2S', egid: 'group', tmgi: 'tmgi' });
    expect((await city.send('DELETE', '/cse-in/lights')).rsc).to.equal(2002);
  });

  it('may change its address and members', async () => {
    await create({});
    const change = { mad: { ip4: '239.255.7.8' }, mli: ['cse-in/two'], rstw: 'PT1S' };
    const { rsc, pc } = await city.send('PUT', '/cse-in/lights', { 'm2m:lmg': change });
    expect(rsc).to.equal(2004);
    expect(pc['m2m:lmg']).to.deep.include(change);
    const refused = await city.send('PUT', '/cse-in/lights', { 'm2m:lmg': { mad: { ip4: '10.0.0.1' } } });
    expect(refused.rsc).to.equal(5216);
    expect((await city.send('GET', '/cse-in/lights')).pc['m2m:lmg'].mad).to.deep.equal(change.mad);
  });

  for (const [what, attributes, rsc, named] of [
    [
      'an address that is not one of multicast (JOIN_MULTICAST_GROUP_FAILED)',
      { mad: { ip4: '10.0.0.1' } },
      5216,
      'mad',
    ],
    ['an address that is none', { mad: { ip4: 'here' } }, 4000, 'mad'],
    ['no address in the address', { mad: {} }, 4000, 'mad'],
    ['an address of another form', { mad: '239.255.7.7' }, 4000, 'mad'],
    ['no members', { mli: [] }, 4000, 'mli'],
    ['members of another CSE', { mli: ['/id-mn/cnt'] }, 4000, 'mli'],
    ['members that are not there', { mli: ['cse-in/none'] }, 4000, 'mli'],
    ['null for the fan-out target', { mgft: null }, 4000, 'mgft'],
    ['a window that is no duration', { rstw: '2s' }, 4000, 'rstw'],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const refused = await create(attributes as unknown as JsonObject);
      expect(refused.rsc, refused.dbg).to.equal(rsc);
      expect(refused.dbg).to.include(named);
      expect((await city.send('GET', '/cse-in/lights')).rsc).to.equal(4004);
    });
  }

  it('keeps its fan-out target', async () => {
    await create({});
    const refused = await city.send('PUT', '/cse-in/lights', { 'm2m:lmg': { mgft: '/id-host/other' } });
    expect(refused.rsc).to.equal(4000);
    expect(refused.dbg).to.include('mgft');
  });
});
