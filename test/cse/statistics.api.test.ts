import { expect } from 'chai';
import type { JsonObject } from '#cse';
import { until } from '../support/wait.ts';
import { startCse, type TestCse } from './support.ts';

const timestamp = (inMs: number): string =>
  new Date(Date.now() + inMs).toISOString().replaceAll(/[-:]/g, '').replace('.', ',').replace('Z', '');

describe('collection of statistics', () => {
  let cse: TestCse;
  let count = 0;

  before(async () => {
    cse = await startCse();
    await cse.ae('Cmeter', { rn: 'meter' });
    await cse.ae('Cother', { rn: 'other' });
    await cse.create('/cse-in', 22, { 'm2m:stcg': { rn: 'config' } });
    const acr = [{ acor: ['all'], acop: 63 }];
    await cse.create('/cse-in', 1, { 'm2m:acp': { rn: 'open', pv: { acr }, pvs: { acr } } });
  });

  after(() => cse[Symbol.asyncDispose]());

  const configure = (attributes: JsonObject) => cse.create('/cse-in/config', 7, { 'm2m:evcg': attributes });
  const collect = (attributes: JsonObject) =>
    cse.create('/cse-in', 21, { 'm2m:stcl': { cei: 'Cbilling', srs: 1, sm: 1, ...attributes } });
  /** A container with statistics of an event about it. */
  async function counted(event: (path: string) => JsonObject, attributes: JsonObject = {}) {
    count += 1;
    const path = `cse-in/c${count}`;
    await cse.create('/cse-in', 3, { 'm2m:cnt': { rn: `c${count}`, acpi: ['cse-in/open'] } });
    const configured = await configure(event(path));
    expect(configured.rsc, configured.dbg).to.equal(2001);
    const { evi, ri } = configured.pc['m2m:evcg'];
    const { rsc, dbg, pc } = await collect({ evi, ...attributes });
    expect(rsc, dbg).to.equal(2001);
    const { sci, rn } = pc['m2m:stcl'];
    return { path: `/${path}`, sci: String(sci), collect: `/cse-in/${rn}`, event: `/${ri}` };
  }
  const records = async (sci: string) => {
    const { rows } = await cse.database.pool.query(
      'SELECT * FROM cse.statistics_record WHERE stats_collect_id = $1 ORDER BY collected_entity_id, operation',
      [sci],
    );
    return rows as { collected_entity_id: string; operation: number; count: number; size_bytes: number }[];
  };
  const summary = async (sci: string) =>
    (await records(sci)).map((row) => `${row.collected_entity_id} ${row.operation} ${row.count}`).join(', ');
  const instance = (path: string, con: string, from: string) => cse.create(path, 4, { 'm2m:cin': { con } }, { from });

  it('counts operations that succeeded, by entity (TS-0001 §10.2.11, TS-0004 §7.4.25.2.1)', async () => {
    const { path, sci } = await counted((eris) => ({ evt: 1, opt: [1, 2, 3], eris: [eris] }));
    await instance(path, 'a', 'Cmeter');
    await instance(path, 'b', 'Cmeter');
    await cse.send('GET', path, undefined, { from: 'Cother' });
    await cse.send('GET', `${path}/la`, undefined, { from: 'Cother' });
    await cse.send('PUT', path, { 'm2m:cnt': { mni: 9 } }, { from: 'Cother' });
    await cse.send('PUT', path, { 'm2m:cnt': { cni: 9 } }, { from: 'Cother' });
    await cse.send('GET', '/cse-in', undefined, { from: 'Cother' });
    await until(async () => (await summary(sci)) === 'Cmeter 1 2, Cother 2 2, Cother 3 1');
  });

  it('counts only chosen entities, types and operations', async () => {
    const { path, sci } = await counted(() => ({ evt: 1, opt: [1], erts: [4] }), { cdi: ['Cmeter'] });
    await instance(path, 'a', 'Cmeter');
    await instance(path, 'a', 'Cother');
    await cse.create('/cse-in/meter', 3, { 'm2m:cnt': {} }, { from: 'Cmeter' });
    await cse.send('GET', `${path}/la`, undefined, { from: 'Cmeter' });
    await until(async () => (await summary(sci)) !== '');
    expect(await summary(sci)).to.equal('Cmeter 1 1');
  });

  it('records sizes above the one that is configured (storage based)', async () => {
    const { path, sci } = await counted((eris) => ({ evt: 2, ds: 10, eris: [eris] }));
    await instance(path, '12345678', 'Cmeter');
    await instance(path, '12345678', 'Cmeter');
    await until(async () => (await summary(sci)) === 'Cmeter 0 1');
    const [record] = await records(sci);
    expect(record?.size_bytes).to.equal(16);
  });

  it('records the memory of a container at the end of a period (timer based)', async () => {
    const event = (eris: string): JsonObject => ({ evt: 3, evs: timestamp(0), eve: timestamp(1_500), eris: [eris] });
    const { path, sci } = await counted(event);
    await instance(path, '12345', 'Cmeter');
    await until(async () => (await records(sci))[0]?.size_bytes === 5);
    expect(await summary(sci)).to.equal('Cbilling 0 1');
  });

  it('stops while a rule is inactive, outside its period, and when it is gone', async () => {
    const event = (eris: string): JsonObject => ({ evt: 1, eris: [eris] });
    const stopped = await counted(event);
    const never = await counted(event, { cp: { sce: ['* * * * * * 2000'] } });
    const deleted = await counted(event);
    const running = await counted(event);
    await cse.send('PUT', stopped.collect, { 'm2m:stcl': { srs: 2 } });
    await cse.send('DELETE', deleted.collect);
    for (const { path } of [stopped, never, deleted, running]) await instance(path, 'x', 'Cmeter');
    await until(async () => (await summary(running.sci)) === 'Cmeter 1 1');
    for (const { sci } of [stopped, never, deleted]) expect(await summary(sci)).to.equal('');
    await cse.send('PUT', stopped.collect, { 'm2m:stcl': { srs: 1 } });
    await instance(stopped.path, 'x', 'Cmeter');
    await until(async () => (await summary(stopped.sci)) === 'Cmeter 1 1');
  });

  it('refuses events and collections that do not fit (TS-0004 §7.4.24.2.1)', async () => {
    const events: JsonObject[] = [
      { evt: 2 },
      { evt: 2, ds: 0 },
      { evt: 1, ds: 5 },
      { evt: 2, ds: 5, opt: [1] },
      { evt: 1, evs: timestamp(0) },
      { evt: 3, evs: timestamp(5_000), eve: timestamp(0) },
      { evt: 1, erts: [4], eris: ['cse-in'] },
      { evt: 1, opt: [6] },
      { evt: 4 },
      {},
      { evt: 1, evi: 'mine' },
    ];
    for (const attributes of events) {
      const { rsc, dbg } = await configure(attributes);
      expect(rsc, `${JSON.stringify(attributes)} ${dbg}`).to.equal(4000);
    }
    const configured = await configure({ evt: 1, erts: [4] });
    const { rn, evi } = configured.pc['m2m:evcg'];
    const change = (attributes: JsonObject) => cse.send('PUT', `/cse-in/config/${rn}`, { 'm2m:evcg': attributes });
    expect((await change({ eris: ['cse-in'] })).rsc).to.equal(4000);
    expect((await change({ eris: ['cse-in'], erts: null })).rsc).to.equal(2004);
    const collections: JsonObject[] = [
      {},
      { evi: 'nowhere' },
      { evi: 'cse-in' },
      { evi, sm: 2 },
      { evi, srs: 3 },
      { evi, sci: 'mine' },
      { evi, cp: { sce: ['always'] } },
    ];
    for (const attributes of collections) {
      const { rsc, dbg } = await collect(attributes);
      expect(rsc, `${JSON.stringify(attributes)} ${dbg}`).to.equal(4000);
    }
    expect((await cse.create('/cse-in/meter', 22, { 'm2m:stcg': {} })).rsc).to.equal(4108);
  });
});
