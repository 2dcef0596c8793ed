import { expect } from 'chai';
import type { JsonObject } from '#cse';
import { schema } from '#cse';
import { testDatabase } from '../support/postgres.ts';
import { until } from '../support/wait.ts';
import { startCse, startSubscriber, type TestCse } from './support.ts';

const stamp = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().replace(/[-:Z]/g, '').replace('.', ',');

describe('a timeSeries', () => {
  let cse: TestCse;

  before(async () => {
    cse = await startCse({ env: { ALZETTE_CSE_MISSING_DATA_MAX: '20' } });
  });

  after(() => cse[Symbol.asyncDispose]());

  const series = (rn: string, attributes: JsonObject = {}) =>
    cse.create('/cse-in', 29, { 'm2m:ts': { rn, ...attributes } });
  const update = (rn: string, attributes: JsonObject) => cse.send('PUT', `/cse-in/${rn}`, { 'm2m:ts': attributes });
  const instance = (rn: string, dgt: string, attributes: JsonObject = {}) =>
    cse.create(`/cse-in/${rn}`, 30, { 'm2m:tsi': { dgt, con: '1', ...attributes } });
  const shown = async (rn: string): Promise<JsonObject> => (await cse.send('GET', `/cse-in/${rn}`)).pc['m2m:ts'];
  const contents = async (rn: string): Promise<string[]> =>
    ((await cse.send('GET', `/cse-in/${rn}?rcn=8`)).pc['m2m:ts']['m2m:tsi'] ?? []).map(
      ({ con }: { con: string }) => con,
    );

  it('counts its instances, and has no stateTag (TS-0004 §7.4.38, §7.4.39)', async () => {
    const created = await series('plain', { cnf: 'application/json:0' });
    expect(created.pc['m2m:ts']).to.include({ ty: 29, cni: 0, cbs: 0, mdc: 0 });
    expect(created.pc['m2m:ts']).to.not.have.any.keys('st', 'mdlt', 'peid');
    const { rsc, pc } = await instance('plain', '20260301T060000', { con: 21.5, snr: 4 });
    expect(rsc).to.equal(2001);
    expect(pc['m2m:tsi']).to.include({ ty: 30, dgt: '20260301T060000', con: 21.5, snr: 4, cs: 4 });
    expect(pc['m2m:tsi']).to.not.have.any.keys('st');
    expect(await shown('plain')).to.include({ cni: 1, cbs: 4 });
    expect((await cse.send('GET', '/cse-in/plain/la')).pc['m2m:tsi'].con).to.equal(21.5);
    expect((await cse.send('PUT', `/cse-in/plain/${pc['m2m:tsi'].rn}`, { 'm2m:tsi': { lbl: ['a'] } })).rsc).to.equal(
      4005,
    );
    expect((await cse.send('DELETE', '/cse-in/plain/la')).rsc).to.equal(2002);
    expect((await cse.send('GET', '/cse-in/plain/la')).rsc).to.equal(4004);
  });

  it('has one instance for each data generation time, however it is written (TS-0004 §7.4.39.2.1)', async () => {
    await series('unique');
    expect((await instance('unique', '20260301T060000')).rsc).to.equal(2001);
    for (const dgt of ['20260301T060000', '20260301T060000,0', '20260301T060000,000000']) {
      const answer = await instance('unique', dgt);
      expect(answer.rsc).to.equal(4105);
      expect(answer.dbg).to.contain('dgt');
    }
    expect((await instance('unique', '20260301T060000,000001')).rsc).to.equal(2001);
    for (const [dgt, rsc] of [
      ['1000', 2001],
      ['+1000', 4105],
      ['-1000', 2001],
    ] as const)
      expect((await instance('unique', dgt)).rsc, dgt).to.equal(rsc);
    await series('other');
    expect((await instance('other', '20260301T060000')).rsc, 'in another timeSeries').to.equal(2001);
    await cse.send('DELETE', '/cse-in/other/la');
    expect((await instance('other', '20260301T060000')).rsc, 'once it is deleted').to.equal(2001);
    expect(await shown('unique')).to.include({ cni: 4 });
  });

  it('takes one of many instances with the same data generation time that come at once', async () => {
    await series('race');
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, index) => instance('race', `20260301T0600${String(index % 3).padStart(2, '0')}`)),
    );
    expect(answers.filter(({ rsc }) => rsc === 2001)).to.have.lengthOf(3);
    expect(answers.every(({ rsc }) => rsc === 2001 || rsc === 4105)).to.equal(true);
    expect(await shown('race')).to.include({ cni: 3 });
  });

  it('removes the instance with the oldest data generation time above mni and mbs (TS-0001 §10.2.4.25)', async () => {
    await series('mni', { mni: 2 });
    for (const [second, con] of [
      ['05', 'b'],
      ['09', 'c'],
      ['01', 'a'],
      ['07', 'd'],
    ] as const)
      await instance('mni', `20260301T0600${second}`, { con });
    expect(await contents('mni')).to.deep.equal(['c', 'd']);
    expect((await cse.send('GET', '/cse-in/mni/la')).pc['m2m:tsi'].con).to.equal('d');
    expect(await shown('mni')).to.include({ cni: 2, cbs: 2 });
    await series('mbs', { mbs: 5 });
    for (const [second, con] of [
      ['01', 'aaaa'],
      ['02', 'b'],
      ['03', 'cc'],
    ] as const)
      await instance('mbs', `20260301T0600${second}`, { con });
    expect(await contents('mbs')).to.deep.equal(['b', 'cc']);
    expect((await instance('mbs', '20260301T060009', { con: 'cccccc' })).rsc).to.equal(5207);
  });

  it('shows the newest that is left when an instance is too old to stay', async () => {
    await series('late', { mni: 1 });
    await instance('late', '20260301T060009', { con: 'new' });
    expect((await instance('late', '20260301T060001', { con: 'old' })).rsc).to.equal(2001);
    expect((await cse.send('GET', '/cse-in/late/la')).pc['m2m:tsi'].con).to.equal('new');
  });

  it('gives its instances at most mia seconds (TS-0001 §9.6.36)', async () => {
    await series('mia', { mia: 1 });
    await instance('mia', '20260301T060000');
    await until(async () => (await cse.send('GET', '/cse-in/mia/la')).rsc === 4004, { what: 'expiration' });
    await until(async () => (await shown('mia')).cni === 0, { what: 'the sweep' });
  });

  const refusedInstances: Record<string, JsonObject> = {
    'no dataGenerationTime': { con: '1' },
    'a dataGenerationTime that is none': { dgt: 'yesterday', con: '1' },
    'a number as dataGenerationTime': { dgt: 5, con: '1' },
    'a date that does not exist': { dgt: '20260231T000000', con: '1' },
    'no content': { dgt: '20260301T060000' },
    'an object as content': { dgt: '20260301T060000', con: { a: 1 } },
    'null as content': { dgt: '20260301T060000', con: null },
    'a negative sequenceNr': { dgt: '20260301T060000', con: '1', snr: -1 },
    'a contentSize': { dgt: '20260301T060000', con: '1', cs: 1 },
    'an unknown attribute': { dgt: '20260301T060000', con: '1', cnf: 'text/plain:0' },
  };
  for (const [what, attributes] of Object.entries(refusedInstances)) {
    it(`refuses an instance with ${what} (TS-0004 Table 7.4.39.1-3)`, async () => {
      await series('refusing');
      const answer = await cse.create('/cse-in/refusing', 30, { 'm2m:tsi': attributes });
      expect(answer.rsc, answer.dbg).to.equal(4000);
      expect(await shown('refusing')).to.include({ cni: 0 });
    });
  }

  const refused: Record<string, { attributes: JsonObject; says: string }> = {
    'a peid above half of pei': { attributes: { pei: 100, peid: 51 }, says: 'peid' },
    'mdd without mdt': { attributes: { pei: 100, mdd: true }, says: 'mdt' },
    'mdd with an mdt not above peid': { attributes: { pei: 100, peid: 50, mdd: true, mdt: 50 }, says: 'mdt' },
    'an mdt not above the peid the CSE chose': { attributes: { pei: 100, mdd: true, mdt: 50 }, says: 'mdt' },
    'a pei of 0': { attributes: { pei: 0 }, says: 'pei' },
    'an mdn of 0': { attributes: { mdn: 0 }, says: 'mdn' },
    'a text as mdd': { attributes: { mdd: 'true' }, says: 'mdd' },
    'a missingDataList': { attributes: { mdlt: ['20260301T060000'] }, says: 'mdlt' },
    'a missingDataCurrentNr': { attributes: { mdc: 0 }, says: 'mdc' },
    'a negative mni': { attributes: { mni: -1 }, says: 'mni' },
    'a contentInfo that is none': { attributes: { cnf: 'text' }, says: 'cnf' },
  };
  for (const [what, { attributes, says }] of Object.entries(refused)) {
    it(`is refused with ${what} (TS-0004 §7.4.38.2.1)`, async () => {
      const answer = await series('refused', attributes);
      expect(answer.rsc, answer.dbg).to.equal(4000);
      expect(answer.dbg).to.contain(says);
      expect((await cse.send('GET', '/cse-in/refused')).rsc).to.equal(4004);
    });
  }

  it('gets a periodicIntervalDelta of half the interval when nobody chose one (TS-0004 §7.4.38.2.1)', async () => {
    expect((await series('delta', { pei: 1001 })).pc['m2m:ts']).to.include({ peid: 500 });
    expect((await update('delta', { pei: 2000 })).pc['m2m:ts']).to.include({ peid: 500 });
    expect((await update('delta', { pei: 400 })).pc['m2m:ts']).to.include({ peid: 200 });
    expect((await update('delta', { peid: 201 })).rsc).to.equal(4000);
    expect((await update('delta', { pei: 400, peid: 100 })).pc['m2m:ts']).to.include({ peid: 100 });
  });

  it('keeps what missing data are detected by while they are (TS-0004 §7.4.38.2.3)', async () => {
    await series('fixed', { pei: 60_000, peid: 1000, mdd: true, mdt: 5000, mdn: 3 });
    for (const attributes of [{ pei: 100 }, { peid: 1 }, { mdt: 6000 }, { mdn: 9 }, { mdt: null }, { pei: null }])
      expect((await update('fixed', attributes)).rsc, JSON.stringify(attributes)).to.equal(4000);
    expect((await update('fixed', { mdd: false, mdt: 6000 })).rsc, 'together with mdd').to.equal(4000);
    expect((await update('fixed', { mdd: false })).rsc).to.equal(2004);
    expect((await update('fixed', { mdt: 900 })).rsc).to.equal(2004);
    expect((await update('fixed', { mdd: true })).rsc, 'mdt is not above peid').to.equal(4000);
    expect((await update('fixed', { mdt: 6000 })).rsc).to.equal(2004);
    expect((await update('fixed', { mdd: true })).rsc).to.equal(2004);
    expect(await shown('fixed')).to.include({ mdd: true, mdt: 6000, mdn: 3, mdc: 0 });
  });

  describe('with missing data (TS-0001 §10.2.4.29)', () => {
    const pei = 200;
    const monitored = { pei, peid: 50, mdd: true, mdt: 100 };

    it('lists the expected times of those that did not come, the latest first', async () => {
      await series('gaps', monitored);
      const first = Date.now();
      await instance('gaps', stamp(first));
      await instance('gaps', stamp(first + 2 * pei + 40));
      const list = async () => ((await shown('gaps')).mdlt ?? []) as string[];
      await until(async () => (await list()).includes(stamp(first + 4 * pei)));
      expect((await list()).toReversed().slice(0, 3)).to.deep.equal(
        [1, 3, 4].map((point) => stamp(first + point * pei)),
      );
    });

    it('lists at most mdn, keeps them while it pauses, and begins anew after that (TS-0004 §7.4.38.2.3)', async () => {
      await series('few', { ...monitored, mdn: 2 });
      const first = Date.now();
      await instance('few', stamp(first));
      await until(async () => !(((await shown('few')).mdlt ?? []) as string[]).includes(stamp(first + pei)));
      await until(async () => (await shown('few')).mdc === 2);
      await update('few', { mdd: false });
      const { mdc, mdlt } = await shown('few');
      expect(mdc).to.equal(2);
      expect(mdlt).to.have.lengthOf(2);
      await update('few', { mdd: true });
      const anew = await shown('few');
      expect(anew).to.include({ mdc: 0 });
      expect(anew).to.not.have.any.keys('mdlt');
    });

    it('does not begin before the first instance, and not for the past', async () => {
      await series('waiting', monitored);
      await series('history', { ...monitored, pei: 60_000 });
      await instance('history', '20200101T000000');
      await series('beat', monitored);
      const first = Date.now();
      await instance('beat', stamp(first));
      await until(async () => Number((await shown('beat')).mdc) >= 3);
      expect(await shown('waiting')).to.include({ mdc: 0 });
      expect(await shown('history')).to.include({ mdc: 0 });
    });

    it('counts relative data generation times from the first instance', async () => {
      await series('relative', monitored);
      await instance('relative', '1000');
      await instance('relative', String(1000 + pei));
      await until(async () => Number((await shown('relative')).mdc) >= 2);
      const found = (await shown('relative')).mdlt as string[];
      expect(found.slice(-2)).to.deep.equal([String(1000 + 3 * pei), String(1000 + 2 * pei)]);
    });

    it('lists no more than the CSE allows when nothing else limits it', async () => {
      await series('endless', { pei: 20, peid: 0, mdd: true, mdt: 10 });
      await instance('endless', stamp(Date.now()));
      await until(async () => (await shown('endless')).mdc === 20, { what: 'twenty missing points' });
      const [latest] = (await shown('endless')).mdlt as string[];
      await until(async () => ((await shown('endless')).mdlt as string[])[0] !== latest);
      expect(((await shown('endless')).mdlt as string[]).length).to.equal(20);
      await cse.send('DELETE', '/cse-in/endless');
    });

    it('counts what did not come while the CSE was away, and goes on with the same beat', async () => {
      await using database = await testDatabase({ rooms: [schema] });
      const away = await startCse({ database });
      const first = Date.now();
      await away.create('/cse-in', 29, { 'm2m:ts': { rn: 'kept', ...monitored } });
      await away.create('/cse-in/kept', 30, { 'm2m:tsi': { dgt: stamp(first), con: '1' } });
      await away.create('/cse-in/kept', 30, { 'm2m:tsi': { dgt: stamp(first + pei), con: '1' } });
      await away[Symbol.asyncDispose]();
      await using back = await startCse({ database });
      const found = async () => (await back.send('GET', '/cse-in/kept')).pc['m2m:ts'].mdlt as string[] | undefined;
      await until(async () => (await found())?.includes(stamp(first + 4 * pei)) ?? false);
      expect(((await found()) ?? []).toReversed().slice(0, 3)).to.deep.equal(
        [2, 3, 4].map((point) => stamp(first + point * pei)),
      );
    });

    it('reports to a subscription from the num-th missing point of its window on (TS-0004 §7.5.1.2.9)', async () => {
      await using subscriber = await startSubscriber();
      await series('reported', monitored);
      const enc = { net: [8], md: { num: 2, dur: 'PT20S' } };
      const sub = await cse.create('/cse-in/reported', 23, { 'm2m:sub': { nu: [subscriber.url], nct: 5, enc } });
      expect(sub.rsc, sub.dbg).to.equal(2001);
      const first = Date.now();
      await instance('reported', stamp(first));
      await until(() => subscriber.heard.length >= 2);
      await update('reported', { mdd: false });
      const reports = subscriber.heard.map(
        (content) =>
          (content as never as { 'm2m:sgn': { nev: { net: number; rep: { 'm2m:tsn': JsonObject } } } })['m2m:sgn'].nev,
      );
      expect(reports[0]?.net).to.equal(8);
      expect(reports[0]?.rep['m2m:tsn']).to.deep.equal({ mdlt: [2, 1].map((n) => stamp(first + n * pei)), mdc: 2 });
      expect(reports[1]?.rep['m2m:tsn']).to.deep.equal({ mdlt: [stamp(first + 3 * pei)], mdc: 3 });
    });

    it('counts anew when the window of a subscription is over', async () => {
      await using subscriber = await startSubscriber();
      await series('windows', monitored);
      // A window holds two points at most, so three are never reached.
      const enc = { net: [8], md: { num: 3, dur: 'PT0.3S' } };
      const sub = await cse.create('/cse-in/windows', 23, { 'm2m:sub': { nu: [subscriber.url], nct: 5, enc } });
      expect(sub.rsc, sub.dbg).to.equal(2001);
      await instance('windows', stamp(Date.now()));
      await until(async () => Number((await shown('windows')).mdc) >= 7);
      expect(subscriber.heard).to.deep.equal([]);
    });
  });
});
