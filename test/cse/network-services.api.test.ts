import { expect } from 'chai';
import type { JsonObject } from '#cse';
import { startCse, type TestCse } from './support.ts';

describe('services of an underlying network, where there is none', () => {
  let cse: TestCse;

  before(async () => {
    cse = await startCse();
    await cse.ae('Csender', { rn: 'sender' });
    await cse.ae('Cdeaf', { rn: 'deaf', tri: 7, tren: false });
    await cse.ae('Cawake', { rn: 'awake', tri: 8, tren: true, scp: ['sip'] });
  });

  after(() => cse[Symbol.asyncDispose]());

  const trigger = (attributes: JsonObject) =>
    cse.create(
      '/cse-in/sender',
      47,
      { 'm2m:tgr': { mei: 'lamp@devices', tri: 8, tvt: 'PT1H', ...attributes } },
      { from: 'Csender' },
    );

  describe('trigger requests', () => {
    it('find no network service entity, and can neither be replaced nor recalled (TS-0004 §7.4.57.2)', async () => {
      const { rsc, dbg, pc } = await trigger({ rn: 'waiting' });
      expect(rsc, dbg).to.equal(2001);
      expect(pc['m2m:tgr']).to.include({ tpe: 1, tst: 2 });
      const path = '/cse-in/sender/waiting';
      expect((await cse.send('PUT', path, { 'm2m:tgr': { tvt: 'PT2H' } }, { from: 'Csender' })).rsc).to.equal(5219);
      expect((await cse.send('PUT', path, { 'm2m:tgr': { lbl: ['a'] } }, { from: 'Csender' })).rsc).to.equal(2004);
      expect((await cse.send('DELETE', path, undefined, { from: 'Csender' })).rsc).to.equal(5220);
      expect((await cse.send('GET', path)).rsc).to.equal(2000);
    });

    it('are refused for a recipient that does not want them (5218), and for what is not their purpose (4122)', async () => {
      const crud = { tpe: 3, tiae: 'Clamp', tia: 'cnt-1', tio: 1, tirt: 4 };
      expect((await trigger({ tri: 7 })).rsc).to.equal(5218);
      expect((await trigger(crud)).rsc).to.equal(2001);
      for (const name of ['tiae', 'tia', 'tio', 'tirt']) {
        const { [name]: _left, ...rest } = crud as Record<string, string | number>;
        expect((await trigger(rest)).rsc, name).to.equal(4122);
      }
      expect((await trigger({ tio: 1 })).rsc).to.equal(4122);
      for (const attributes of [{ tri: 70_000 }, { tvt: 'soon' }, { tpe: 5 }, { tst: 1 }, { trf: 'x' }, { mei: 7 }])
        expect((await trigger(attributes as JsonObject)).rsc, JSON.stringify(attributes)).to.equal(4000);
      expect((await cse.create('/cse-in', 47, { 'm2m:tgr': {} })).rsc).to.equal(4108);
    });
  });

  it('multimedia sessions need a capable AE, and keep their descriptions while they are online (TS-0004 §7.4.56.2)', async () => {
    const session = { 'm2m:mms': { rn: 'call', soi: 'Csender', osd: { sdc: ['v=0'] } } };
    expect((await cse.create('/cse-in/sender', 46, session, { from: 'Csender' })).rsc).to.equal(5214);
    const { rsc, dbg, pc } = await cse.create('/cse-in/awake', 46, session, { from: 'Cawake' });
    expect(rsc, dbg).to.equal(2001);
    expect(pc['m2m:mms'].sst).to.equal(1);
    const update = async (attributes: JsonObject) =>
      (await cse.send('PUT', '/cse-in/awake/call', { 'm2m:mms': attributes }, { from: 'Cawake' })).rsc;
    expect(await update({ asd: { sdc: ['v=1'] }, sst: 2 })).to.equal(2004);
    expect(await update({ osd: { sdc: ['v=2'] } })).to.equal(5215);
    expect(await update({ asd: { sdc: ['v=2'] }, sst: 2 })).to.equal(5215);
    expect(await update({ lbl: ['a'] })).to.equal(2004);
    expect(await update({ osd: { sdc: ['v=2'] }, sst: 1 })).to.equal(2004);
    expect(await update({ soi: 'Cother' })).to.equal(4000);
    expect(await update({ osd: { sdc: [] } })).to.equal(4000);
  });

  it('background data transfers are kept as they are asked for (TS-0004 §7.4.59)', async () => {
    const valid = { vpn: 1000, non: 2, dtw: '* * 2-4 * * * *' };
    const create = (attributes: JsonObject) => cse.create('/cse-in', 49, { 'm2m:bdt': { ...valid, ...attributes } });
    const { rsc, dbg, pc } = await create({ mid: ['cse-in/awake'] });
    expect(rsc, dbg).to.equal(2001);
    expect(pc['m2m:bdt'].tsg).to.deep.equal([1]);
    await cse.create('/cse-in', 9, { 'm2m:grp': { rn: 'field', mnm: 2, mid: ['cse-in/awake'] } });
    expect((await create({ gli: 'cse-in/field' })).rsc).to.equal(2001);
    for (const attributes of [
      { gli: 'cse-in/awake' },
      { mid: ['nowhere'] },
      { mid: ['cse-in/field'] },
      { mid: [] },
      { vpn: 0 },
      { dtw: 'at night' },
      { tsg: [3] },
    ]) {
      const refused = await create(attributes as JsonObject);
      expect(refused.rsc, `${JSON.stringify(attributes)} ${refused.dbg}`).to.equal(4000);
    }
  });
});
