import { expect } from 'chai';
import type { JsonObject } from '#cse';
import { startCse, type TestCse } from './support.ts';

describe('primitive profiles (release 4)', () => {
  let cse: TestCse;

  before(async () => {
    cse = await startCse();
    await cse.ae('Csmall', { rn: 'small' });
    await cse.ae('Cother', { rn: 'other' });
    for (const [ae, from] of [
      ['small', 'Csmall'],
      ['other', 'Cother'],
    ] as const)
      await cse.create(`/cse-in/${ae}`, 3, { 'm2m:cnt': { rn: 'c' } }, { from });
  });

  after(() => cse[Symbol.asyncDispose]());

  const create = (attributes: JsonObject, path = '/cse-in', from = 'CAdmin') =>
    cse.create(path, 62, { 'm2m:prp': attributes }, { from });
  const instance = async (ae: string, from: string, query = '') =>
    (await cse.create(`/cse-in/${ae}/c${query}`, 4, { 'm2m:cin': { con: 'x' } }, { from })).pc;

  it('add parameters to requests of the originators they are for, and only where they apply', async () => {
    const adds = [{ nm: 'rcn', val: 0 }];
    const { rsc, dbg } = await create({ rn: 'silent', idl: ['Csm*'], ops: [1], rtys: [4], adds });
    expect(rsc, dbg).to.equal(2001);
    expect(await instance('small', 'Csmall')).to.equal(undefined);
    expect(await instance('other', 'Cother')).to.have.property('m2m:cin');
    expect(await instance('small', 'Csmall', '?rcn=1')).to.have.property('m2m:cin');
    expect((await cse.send('GET', '/cse-in/small', undefined, { from: 'Csmall' })).pc).to.have.property('m2m:ae');
    await cse.send('PUT', '/cse-in/silent', { 'm2m:prp': { dels: ['rcn'] } });
    expect(await instance('small', 'Csmall', '?rcn=1')).to.equal(undefined);
    await cse.send('DELETE', '/cse-in/silent');
    expect(await instance('small', 'Csmall')).to.have.property('m2m:cin');
  });

  it('can be about single resources and releases', async () => {
    const adds = [{ nm: 'rcn', val: 0 }];
    await create({ rn: 'one', idl: ['*'], ops: [1], rsds: ['/id-in/cse-in/small/c'], rvs: ['3'], adds });
    expect(await instance('small', 'Csmall')).to.equal(undefined);
    expect(await instance('other', 'Cother')).to.have.property('m2m:cin');
    await cse.send('DELETE', '/cse-in/one');
  });

  it('an AE makes for itself only, and none touches who asks for what', async () => {
    const own = (attributes: JsonObject) => create(attributes, '/cse-in/small', 'Csmall');
    expect((await own({ idl: ['Csmall'], dels: ['gid'] })).rsc).to.equal(2001);
    const refused: [JsonObject, number][] = [
      [{ idl: ['Cother'] }, 4000],
      [{ idl: ['*'] }, 4000],
      [{ idl: [] }, 4000],
      [{}, 4000],
      [{ idl: ['Csmall'], adds: [{ nm: 'fr', val: 'CAdmin' }] }, 4000],
      [{ idl: ['Csmall'], adds: [{ nm: 'to', val: 'cse-in' }] }, 4000],
      [{ idl: ['Csmall'], dels: ['tids'] }, 4000],
      [{ idl: ['Csmall'], adds: [{ nm: 'rcn', val: 99 }] }, 4000],
      [{ idl: ['Csmall'], ops: [1], adds: [{ nm: 'rcn', val: 4 }] }, 4000],
      [{ idl: ['Csmall'], ops: [9] }, 4000],
      [{ idl: ['Csmall'], appl: ['2'] }, 5001],
    ];
    for (const [attributes, expected] of refused) {
      const { rsc, dbg } = await own(attributes);
      expect(rsc, `${JSON.stringify(attributes)} ${dbg}`).to.equal(expected);
    }
    expect((await create({ idl: ['*'], dels: ['gid'] }, '/cse-in', 'Csmall')).rsc).to.equal(4103);
  });
});
