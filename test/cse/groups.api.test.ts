import { expect } from 'chai';
import type { JsonObject } from '#cse';
import { startCse, type TestCse } from './support.ts';

const group = (attributes: JsonObject): JsonObject => ({ 'm2m:grp': attributes });
const grp = 9;

describe('a group (TS-0001 §9.6.13, TS-0004 §7.4.13)', () => {
  let city: TestCse;

  before(async () => {
    city = await startCse({ env: { ALZETTE_CSE_GROUP_MEMBERS_MAX: '20' } });
    await city.ae('Cae');
    for (const rn of ['one', 'two', 'three'])
      expect((await city.create('/cse-in/ae', 3, { 'm2m:cnt': { rn } }, { from: 'Cae' })).rsc).to.equal(2001);
    expect((await city.create('/cse-in', 3, { 'm2m:cnt': { rn: 'hidden' } })).rsc).to.equal(2001);
    expect((await city.create('/cse-in', 14, { 'm2m:nod': { rn: 'node', ni: 'n1' } })).rsc).to.equal(2001);
    const battery = { 'm2m:bat': { rn: 'bat', mgd: 1006, btl: 50, bts: 1 } };
    expect((await city.create('/cse-in/node', 13, battery)).rsc).to.equal(2001);
    const memory = { 'm2m:mem': { rn: 'mem', mgd: 1003, mma: 1, mmt: 2 } };
    expect((await city.create('/cse-in/node', 13, memory)).rsc).to.equal(2001);
    const lights = { rn: 'lights', mnm: 5, mt: 3, mid: ['cse-in/ae/one'] };
    expect((await city.create('/cse-in', grp, group(lights))).rsc).to.equal(2001);
  });
  after(() => city[Symbol.asyncDispose]());

  it('is mixed and abandons members by default, and counts them', async () => {
    const { rsc, pc } = await city.create('/cse-in', grp, group({ mnm: 3, mid: ['cse-in/ae', 'cse-in/ae/one'] }));
    expect(rsc).to.equal(2001);
    expect(pc['m2m:grp']).to.include({ mt: 0, csy: 1, cnm: 2, mnm: 3 });
    expect(pc['m2m:grp']).not.to.have.property('mtv');
  });

  it('may be empty (§9.6.13)', async () => {
    const { rsc, pc } = await city.create('/cse-in', grp, group({ mnm: 3, mid: [], mt: 3 }));
    expect(rsc).to.equal(2001);
    expect(pc['m2m:grp']).to.deep.include({ mid: [], cnm: 0, mtv: true });
  });

  it('has a member once, however it is written (§7.4.13.2.1)', async () => {
    const one = await city.send('GET', '/cse-in/ae/one');
    const { ri } = one.pc['m2m:cnt'];
    const mid = [
      'cse-in/ae/one',
      ri,
      `/id-in/${ri}`,
      '//alzette.example/id-in/cse-in/ae/one',
      '-/ae/one',
      'cse-in/ae/two',
    ];
    const { rsc, pc } = await city.create('/cse-in', grp, group({ mnm: 9, mid, mt: 3 }));
    expect(rsc).to.equal(2001);
    expect(pc['m2m:grp']).to.deep.include({ mid: ['cse-in/ae/one', 'cse-in/ae/two'], cnm: 2, mtv: true });
  });

  describe('with members of another type', () => {
    const mid = ['cse-in/ae/one', 'cse-in/ae', 'cse-in/ae/two'];

    it('leaves them out with ABANDON_MEMBER (§7.4.13.2.1)', async () => {
      const { rsc, pc } = await city.create('/cse-in', grp, group({ mnm: 9, mid, mt: 3 }));
      expect(rsc).to.equal(2001);
      expect(pc['m2m:grp']).to.deep.include({ mid: ['cse-in/ae/one', 'cse-in/ae/two'], cnm: 2, mt: 3, mtv: true });
    });

    it('is refused with ABANDON_GROUP', async () => {
      const refused = await city.create('/cse-in', grp, group({ rn: 'no', mnm: 9, mid, mt: 3, csy: 2 }));
      expect(refused.rsc).to.equal(4110);
      expect(refused.dbg).to.include('cse-in/ae');
      expect((await city.send('GET', '/cse-in/no')).rsc).to.equal(4004);
    });

    it('becomes mixed with SET_MIXED', async () => {
      const { rsc, pc } = await city.create('/cse-in', grp, group({ mnm: 9, mid, mt: 3, csy: 3 }));
      expect(rsc).to.equal(2001);
      expect(pc['m2m:grp']).to.deep.include({ mid, cnm: 3, mt: 0, mtv: true });
    });
  });

  it('tells specializations apart (spty)', async () => {
    const mid = ['cse-in/node/bat', 'cse-in/node/mem'];
    const batteries = await city.create('/cse-in', grp, group({ mnm: 9, mid, mt: 13, spty: { mgd: 1006 } }));
    expect(batteries.pc['m2m:grp']).to.deep.include({ mid: ['cse-in/node/bat'], cnm: 1, mtv: true });
    const all = await city.create('/cse-in', grp, group({ mnm: 9, mid, mt: 13 }));
    expect(all.pc['m2m:grp']).to.deep.include({ mid, cnm: 2 });
  });

  it('may hold virtual resources, by the type of their own (§6.3.4.2.11)', async () => {
    const mid = ['cse-in/ae/one/la', 'cse-in/ae/two/ol'];
    expect((await city.create('/cse-in', grp, group({ mnm: 9, mid }))).pc['m2m:grp'].mid).to.deep.equal(mid);
    const latest = await city.create('/cse-in', grp, group({ mnm: 9, mid, mt: 20002 }));
    expect(latest.pc['m2m:grp'].mid).to.deep.equal(['cse-in/ae/one/la']);
    const containers = await city.create('/cse-in', grp, group({ mnm: 9, mid, mt: 3, csy: 2 }));
    expect(containers.rsc).to.equal(4110);
  });

  it('compares the member type of sub-groups with its own', async () => {
    const fits = await city.create('/cse-in', grp, group({ mnm: 9, mid: ['cse-in/lights/fopt'], mt: 3, csy: 2 }));
    expect(fits.pc['m2m:grp']).to.include({ cnm: 1, mtv: true });
    const differs = await city.create('/cse-in', grp, group({ mnm: 9, mid: ['cse-in/lights/fopt'], mt: 2, csy: 2 }));
    expect(differs.rsc).to.equal(4110);
    const itself = await city.create('/cse-in', grp, group({ mnm: 9, mid: ['cse-in/lights'], mt: 9, csy: 2 }));
    expect(itself.pc['m2m:grp']).to.include({ cnm: 1, mtv: true });
  });

  it('needs the right to look at members whose type it checks, and no other (RECEIVER_HAS_NO_PRIVILEGE)', async () => {
    const refused = await city.create('/cse-in/ae', grp, group({ mnm: 9, mid: ['cse-in/hidden'], mt: 3 }), {
      from: 'Cae',
    });
    expect(refused.rsc).to.equal(5105);
    expect(refused.dbg).to.include('cse-in/hidden');
    const mixed = await city.create('/cse-in/ae', grp, group({ mnm: 9, mid: ['cse-in/hidden'] }), { from: 'Cae' });
    expect(mixed.rsc).to.equal(2001);
  });

  describe('UPDATE (§7.4.13.2.3)', () => {
    beforeEach(async () => {
      const attributes = { rn: 'changing', mnm: 4, mt: 3, mid: ['cse-in/ae/one', 'cse-in/ae/two'] };
      expect((await city.create('/cse-in', grp, group(attributes))).rsc).to.equal(2001);
    });
    afterEach(() => city.send('DELETE', '/cse-in/changing'));
    const change = (attributes: JsonObject) => city.send('PUT', '/cse-in/changing', group(attributes));

    it('validates new members, drops duplicates and counts', async () => {
      const { rsc, pc } = await change({ mid: ['cse-in/ae/three', 'cse-in/ae/three', 'cse-in/ae'] });
      expect(rsc).to.equal(2004);
      expect(pc['m2m:grp']).to.deep.include({ mid: ['cse-in/ae/three'], cnm: 1, mtv: true });
    });

    it('to no members, and removal of what is optional', async () => {
      expect((await change({ gn: 'a name', nar: { num: 3 } })).rsc).to.equal(2004);
      const { pc } = await change({ mid: [], gn: null, nar: null });
      expect(pc['m2m:grp']).to.deep.include({ mid: [], cnm: 0 });
      expect(pc['m2m:grp']).not.to.have.any.keys('gn', 'nar');
    });

    it('keeps a member that has vanished, and refuses one that never was', async () => {
      await city.create('/cse-in/ae', 3, { 'm2m:cnt': { rn: 'brief' } }, { from: 'Cae' });
      expect((await change({ mid: ['cse-in/ae/one', 'cse-in/ae/brief'] })).rsc).to.equal(2004);
      await city.send('DELETE', '/cse-in/ae/brief', undefined, { from: 'Cae' });
      expect((await change({ mid: ['cse-in/nowhere'] })).rsc).to.equal(4004);
      expect((await city.send('GET', '/cse-in/changing')).pc['m2m:grp'].mid).to.deep.equal([
        'cse-in/ae/one',
        'cse-in/ae/brief',
      ]);
    });

    for (const [what, attributes, rsc, named] of [
      ['more members than mnm', { mnm: 1, mid: ['cse-in/ae/one', 'cse-in/ae/two'] }, 6010, 'mnm'],
      ['fewer than there are', { mnm: 1 }, 6010, 'mnm'],
      ['another member type', { mt: 2 }, 4000, 'mt'],
      ['another strategy', { csy: 2 }, 4000, 'csy'],
      ['a number of members', { cnm: 1 }, 4000, 'cnm'],
      ['a verdict', { mtv: true }, 4000, 'mtv'],
      ['no members attribute at all', { mid: null }, 4000, 'mid'],
      ['policies that are none', { macp: ['cse-in/ae'] }, 4000, 'macp'],
    ] as const) {
      it(`refuses ${what}`, async () => {
        const refused = await change(attributes as unknown as JsonObject);
        expect(refused.rsc).to.equal(rsc);
        expect(refused.dbg).to.include(named);
        expect((await city.send('GET', '/cse-in/changing')).pc['m2m:grp']).to.include({ cnm: 2, mnm: 4, mt: 3 });
      });
    }
  });

  for (const [what, attributes, rsc, named] of [
    ['no limit of members', { mid: [] }, 4000, 'mnm'],
    ['a limit of none', { mnm: 0, mid: [] }, 4000, 'mnm'],
    ['no list of members', { mnm: 3 }, 4000, 'mid'],
    ['members that are no list', { mnm: 3, mid: 'cse-in/ae' }, 4000, 'mid'],
    ['null for members', { mnm: 3, mid: null }, 4000, 'mid'],
    ['a member that is a number', { mnm: 3, mid: [1] }, 4000, 'mid'],
    ['an empty member', { mnm: 3, mid: [''] }, 4000, 'mid'],
    ['a member with an empty name', { mnm: 3, mid: ['cse-in//ae'] }, 4000, 'mid'],
    ['an attribute as a member', { mnm: 3, mid: ['cse-in/ae#lbl'] }, 4000, 'mid'],
    ['more members than mnm', { mnm: 1, mid: ['cse-in/ae/one', 'cse-in/ae/two'] }, 6010, 'mnm'],
    ['more members than the CSE holds', { mnm: 99, mid: Array(21).fill('cse-in/ae') }, 6010, '20'],
    ['a member that is not there', { mnm: 3, mid: ['cse-in/nowhere'] }, 4004, 'cse-in/nowhere'],
    ['the fan-out point of what is no group', { mnm: 3, mid: ['cse-in/ae/fopt'] }, 4004, 'cse-in/ae/fopt'],
    ['a member type that is none', { mnm: 3, mid: [], mt: 999 }, 4000, 'mt'],
    ['a strategy that is none', { mnm: 3, mid: [], csy: 4 }, 4000, 'csy'],
    ['a specialization of a container', { mnm: 3, mid: [], mt: 3, spty: { mgd: 1006 } }, 4000, 'spty'],
    ['a specialization that is none', { mnm: 3, mid: [], mt: 13, spty: {} }, 4000, 'spty'],
    ['a number of members', { mnm: 3, mid: [], cnm: 0 }, 4000, 'cnm'],
    ['a verdict', { mnm: 3, mid: [], mtv: true }, 4000, 'mtv'],
    ['an indicator of semantics', { mnm: 3, mid: [], ssi: true }, 4000, 'ssi'],
    ['an aggregation that is a number', { mnm: 3, mid: [], nar: 3 }, 4000, 'nar'],
    ['a policy that is none', { mnm: 3, mid: [], macp: ['cse-in/ae'] }, 4000, 'macp'],
  ] as const) {
    it(`refuses ${what}, and makes nothing`, async () => {
      const refused = await city.create(
        '/cse-in',
        grp,
        group({ rn: 'refused', ...attributes } as unknown as JsonObject),
      );
      expect(refused.rsc, refused.dbg).to.equal(rsc);
      expect(refused.dbg).to.include(named);
      expect((await city.send('GET', '/cse-in/refused')).rsc).to.equal(4004);
    });
  }
});
