import { expect } from 'chai';
import type { JsonObject } from '#cse';
import { until } from '../support/wait.ts';
import { startCse, type TestCse } from './support.ts';

const status = { disabled: 1, enabled: 2, activated: 3, paused: 4, completed: 5 };
const control = { enable: 1, disable: 2, pause: 3, reactivate: 4 };

describe('processes and states (release 4)', () => {
  let cse: TestCse;
  let count = 0;
  const owner = { from: 'Cowner' };

  before(async () => {
    cse = await startCse();
    await cse.ae('Cowner', { rn: 'owner' });
    await cse.ae('Cother', { rn: 'other' });
    await cse.create('/cse-in/other', 3, { 'm2m:cnt': { rn: 'hidden' } }, { from: 'Cother' });
  });

  after(() => cse[Symbol.asyncDispose]());

  const create = async (path: string, ty: number, content: JsonObject): Promise<void> => {
    const { rsc, dbg } = await cse.create(path, ty, content, owner);
    expect(rsc, dbg).to.equal(2001);
  };
  const prmr = (path: string, attributes: JsonObject) => cse.send('PUT', path, { 'm2m:prmr': attributes }, owner);
  const process = async (path: string) => (await cse.send('GET', path)).pc['m2m:prmr'];
  const reaches = (path: string, prst: number) =>
    until(async () => (await process(path)).prst === prst, { what: `status ${prst}` });
  const active = async (path: string) => (await cse.send('GET', path)).pc['m2m:stte'].sact;
  const is = (sbjt: string, thld: unknown): JsonObject => ({ optr: 1, sbjt, thld }) as JsonObject;

  /** A tank with states filling and full; the action of filling opens a valve when the state becomes active. */
  async function tank(): Promise<{ path: string; sensor: string; valve: string }> {
    count += 1;
    const [path, sensor, valve] = [`/cse-in/owner/p${count}`, `/cse-in/owner/s${count}`, `/cse-in/owner/v${count}`];
    await create('/cse-in/owner', 3, { 'm2m:cnt': { rn: `s${count}` } });
    await create('/cse-in/owner', 3, { 'm2m:cnt': { rn: `v${count}` } });
    await create('/cse-in/owner', 63, { 'm2m:prmr': { rn: `p${count}` } });
    await create(path, 64, { 'm2m:stte': { rn: 'filling' } });
    await create(path, 64, { 'm2m:stte': { rn: 'full' } });
    const apv = { op: 1, fr: 'Cowner', ty: 4, pc: { 'm2m:cin': { con: 'open' } } };
    const action = { rn: 'open', sri: sensor.slice(1), evc: is('mni', 7), evm: 3, ecp: 9, orc: valve.slice(1), apv };
    await create(`${path}/filling`, 65, { 'm2m:actr': action });
    const local = path.slice(1);
    const sttrs = [{ evc: is('mni', 10), nxst: `${local}/full` }];
    const changed = await cse.send(
      'PUT',
      `${path}/filling`,
      { 'm2m:stte': { stac: `${local}/filling/open`, sttrs } },
      owner,
    );
    expect(changed.rsc, changed.dbg).to.equal(2004);
    const configured = await prmr(path, {
      inst: `${local}/filling`,
      atcos: [{ sri: sensor.slice(1), evc: is('mni', 1) }],
      encos: [{ sri: sensor.slice(1), evc: is('mni', 99) }],
    });
    expect(configured.rsc, configured.dbg).to.equal(2004);
    return { path, sensor, valve };
  }
  const level = (sensor: string, mni: number) => cse.send('PUT', sensor, { 'm2m:cnt': { mni } });

  it('begins disabled; enabled, it is activated, goes through its states and is completed', async () => {
    const { path, sensor, valve } = await tank();
    expect((await process(path)).prst).to.equal(status.disabled);
    expect((await prmr(path, { prct: control.enable })).pc['m2m:prmr'].prst).to.equal(status.enabled);
    await level(sensor, 7);
    await level(sensor, 1);
    await reaches(path, status.activated);
    expect((await process(path)).cust).to.equal(`${path.slice(1)}/filling`);
    await until(() => active(`${path}/filling`));
    await level(sensor, 7);
    await until(async () => (await cse.send('GET', valve)).pc['m2m:cnt'].cni === 1);
    await level(sensor, 10);
    await until(() => active(`${path}/full`));
    expect(await active(`${path}/filling`)).to.equal(false);
    expect((await process(path)).cust).to.equal(`${path.slice(1)}/full`);
    await level(sensor, 7);
    await level(sensor, 99);
    await reaches(path, status.completed);
    await until(async () => !(await active(`${path}/full`)));
    expect((await cse.send('GET', valve)).pc['m2m:cnt'].cni).to.equal(1);
  });

  it('rests while it is paused, and goes on when it is reactivated', async () => {
    const { path, sensor } = await tank();
    await level(sensor, 1);
    await prmr(path, { prct: control.enable });
    await reaches(path, status.activated);
    expect((await prmr(path, { prct: control.reactivate })).rsc).to.equal(4005);
    await prmr(path, { prct: control.pause });
    await level(sensor, 10);
    expect((await process(path)).prst).to.equal(status.paused);
    await prmr(path, { prct: control.reactivate });
    await until(() => active(`${path}/full`));
    await prmr(path, { prct: control.disable });
    await until(async () => !(await active(`${path}/full`)));
    expect(await process(path))
      .to.include({ prst: status.disabled })
      .and.not.have.property('cust');
  });

  it('keeps its configuration while it is enabled (4005)', async () => {
    const { path } = await tank();
    await prmr(path, { prct: control.enable });
    expect((await prmr(path, { inst: `${path.slice(1)}/full` })).rsc).to.equal(4005);
    expect((await prmr(path, { atcos: [] })).rsc).to.equal(4005);
    expect((await prmr(path, { prct: control.enable })).rsc).to.equal(4005);
    expect((await prmr(path, { prct: control.pause })).rsc).to.equal(4005);
    expect((await cse.create(path, 64, { 'm2m:stte': {} }, owner)).rsc).to.equal(4005);
    expect((await cse.send('PUT', `${path}/full`, { 'm2m:stte': { sttrs: [] } }, owner)).rsc).to.equal(4005);
    expect((await cse.send('DELETE', `${path}/full`, undefined, owner)).rsc).to.equal(4005);
    expect((await prmr(path, { lbl: ['allowed'] })).rsc).to.equal(2004);
    expect((await cse.send('DELETE', path, undefined, owner)).rsc).to.equal(2002);
  });

  it('is not enabled with an invalid configuration (4142)', async () => {
    count += 1;
    const path = `/cse-in/owner/p${count}`;
    await create('/cse-in/owner', 63, { 'm2m:prmr': { rn: `p${count}` } });
    const refused: [JsonObject, number][] = [
      [{ prct: control.enable }, 4142],
      [{ inst: 'nowhere' }, 4142],
      [{ inst: 'cse-in/owner' }, 4142],
      [{ atcos: [{ sri: 'nowhere', evc: is('mni', 1) }] }, 4142],
      [{ atcos: [{ sri: 'cse-in/other/hidden', evc: is('mni', 1) }] }, 4142],
      [{ encos: [{ sri: 'cse-in/owner', evc: is('rr', 'yes') }] }, 4142],
      [{ encos: [{ sri: 'cse-in/owner', evc: is('mni', 1) }] }, 4142],
      [{ encos: [{ sri: 'cse-in/owner' }] }, 4000],
      [{ prct: 9 }, 4000],
      [{ prst: 2 }, 4000],
      [{ cust: 'x' }, 4000],
    ];
    for (const [attributes, expected] of refused) {
      const { rsc, dbg } = await prmr(path, attributes);
      expect(rsc, `${JSON.stringify(attributes)} ${dbg}`).to.equal(expected);
      expect(dbg).to.not.equal('');
    }
    await create(path, 64, { 'm2m:stte': { rn: 'only', sttrs: [{ evc: is('sact', true), nxst: 'nowhere' }] } });
    await prmr(path, { inst: `${path.slice(1)}/only` });
    expect((await prmr(path, { prct: control.enable })).rsc).to.equal(4142);
    const state = (attributes: JsonObject) => cse.send('PUT', `${path}/only`, { 'm2m:stte': attributes }, owner);
    expect((await state({ stac: 'cse-in/owner' })).rsc).to.equal(4142);
    expect((await state({ sttrs: [{ evc: is('sact', 'yes') }] })).rsc).to.equal(4142);
    expect((await state({ sact: true })).rsc).to.equal(4000);
    expect((await state({ sttrs: [{ evc: is('sact', true) }] })).rsc).to.equal(2004);
    expect((await prmr(path, { prct: control.enable })).rsc).to.equal(2004);
    // Without conditions it is activated at once; its only transition leads nowhere, which completes it.
    await reaches(path, status.completed);
  });
});
