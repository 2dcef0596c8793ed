import { expect } from 'chai';
import type { JsonObject } from '#cse';
import { until } from '../support/wait.ts';
import { startCse, startSubscriber, type TestCse } from './support.ts';

const never = '* * * * * * 2001';
const always = '* * * * * * *';

describe('schedules (TS-0004 §7.4.9, TS-0001 §9.6.9)', () => {
  let cse: TestCse;
  let count = 0;

  before(async () => {
    cse = await startCse();
    await cse.ae('Cae');
  });
  after(() => cse[Symbol.asyncDispose]());

  const container = async (): Promise<string> => {
    count += 1;
    await cse.create('/cse-in/ae', 3, { 'm2m:cnt': { rn: `c${count}` } }, { from: 'Cae' });
    return `/cse-in/ae/c${count}`;
  };
  /** A container with a subscription `s` to its new instances. */
  const subscribed = async (nu: string, attributes: JsonObject = {}): Promise<string> => {
    const path = await container();
    const content = { 'm2m:sub': { rn: 's', nu: [nu], enc: { net: [3] }, ...attributes } };
    const { rsc, dbg } = await cse.create(path, 23, content, { from: 'Cae' });
    expect(rsc, dbg).to.equal(2001);
    return path;
  };
  const schedule = (parent: string, entries: string[], attributes: JsonObject = {}) =>
    cse.create(parent, 18, { 'm2m:sch': { se: { sce: entries }, ...attributes } });
  const reschedule = (path: string, entries: string[]) =>
    cse.send('PUT', path, { 'm2m:sch': { se: { sce: entries } } });
  const instances = async (path: string, ...contents: string[]): Promise<void> => {
    for (const con of contents) await cse.create(path, 4, { 'm2m:cin': { con } }, { from: 'Cae' });
  };
  const contents = (heard: readonly JsonObject[]): string[] =>
    heard.map((content) => /"con":"([^"]*)"/.exec(JSON.stringify(content))?.[1] ?? '');
  const nothingWaits = () =>
    until(async () => {
      const { rows } = await cse.database.pool.query('SELECT FROM cse.notification');
      return rows.length === 0;
    });

  it('of a subscription are called notificationSchedule, and there is one', async () => {
    const path = `${await subscribed('http://127.0.0.1:1/')}/s`;
    const wrong = await schedule(path, [always], { rn: 'mine' });
    expect(wrong.rsc).to.equal(4000);
    expect(wrong.dbg).to.include('notificationSchedule');
    expect((await schedule(path, [always])).pc['m2m:sch'].rn).to.equal('notificationSchedule');
    expect((await schedule(path, [always])).rsc).to.equal(4105);
  });

  const refused: Readonly<Record<string, JsonObject>> = {
    'six fields': { se: { sce: ['* * * * * *'] } },
    'a second that is none': { se: { sce: ['60 * * * * * *'] } },
    'a weekday that is none': { se: { sce: ['* * * * * 7 *'] } },
    'a range the wrong way round': { se: { sce: ['* 5-1 * * * * *'] } },
    'no entry': { se: { sce: [] } },
    'no schedule': {},
    null: { se: null },
  };
  for (const [what, attributes] of Object.entries(refused)) {
    it(`with ${what} are refused`, async () => {
      const { rsc, dbg } = await cse.create('/cse-in', 18, { 'm2m:sch': attributes as JsonObject });
      expect(rsc, dbg).to.equal(4000);
    });
  }

  it('are coordinated with a network (nco) below a node only (4102)', async () => {
    const path = `${await subscribed('http://127.0.0.1:1/')}/s`;
    expect((await schedule(path, [always], { nco: true })).rsc).to.equal(4102);
    await schedule(path, [always]);
    const update = { 'm2m:sch': { nco: false } };
    expect((await cse.send('PUT', `${path}/notificationSchedule`, update)).rsc).to.equal(4102);
    await cse.create('/cse-in', 14, { 'm2m:nod': { rn: 'coordinated', ni: 'n0' } });
    expect((await schedule('/cse-in/coordinated', [always], { nco: true })).rsc).to.equal(2001);
  });

  it('drop notifications outside their times, without pn (TS-0004 §7.5.1.2.2 step 4)', async () => {
    await using subscriber = await startSubscriber();
    const path = await subscribed(subscriber.url);
    const { pc } = await schedule(`${path}/s`, [never]);
    await instances(path, '1', '2');
    await nothingWaits();
    await reschedule(`${path}/s/${pc['m2m:sch'].rn}`, [never, always]);
    await instances(path, '3');
    await until(() => subscriber.heard.length > 0);
    expect(contents(subscriber.heard)).to.deep.equal(['3']);
  });

  it('keep all of them with pn 2, until they open (TS-0001 §9.6.8)', async () => {
    await using subscriber = await startSubscriber();
    const path = await subscribed(subscriber.url, { pn: 2 });
    await schedule(`${path}/s`, [never]);
    await instances(path, '1', '2', '3');
    await reschedule(`${path}/s/notificationSchedule`, [always]);
    await until(() => subscriber.heard.length === 3);
    expect(contents(subscriber.heard)).to.deep.equal(['1', '2', '3']);
  });

  it('keep the latest with pn 1, and mark it so (TS-0001 §9.6.8)', async () => {
    await using subscriber = await startSubscriber();
    const path = await subscribed(subscriber.url, { pn: 1 });
    await schedule(`${path}/s`, [never]);
    await instances(path, '1', '2', '3');
    await until(async () => (await cse.database.pool.query('SELECT FROM cse.notification')).rows.length === 1);
    await cse.send('DELETE', `${path}/s/notificationSchedule`);
    await until(() => subscriber.heard.length === 1);
    expect(contents(subscriber.heard)).to.deep.equal(['3']);
    expect(subscriber.headers[0]?.['x-m2m-ec']).to.equal('4');
    await instances(path, '4');
    await until(() => subscriber.heard.length === 2);
    expect(subscriber.headers[1]).not.to.have.property('x-m2m-ec');
  });

  it('give up what they kept, or all but the latest, when pn changes (TS-0004 §7.4.8.2.3)', async () => {
    await using subscriber = await startSubscriber();
    const latest = await subscribed(subscriber.url, { pn: 2 });
    const nothing = await subscribed(subscriber.url, { pn: 2 });
    for (const path of [latest, nothing]) {
      await schedule(`${path}/s`, [never]);
      await instances(path, `${path}1`, `${path}2`);
    }
    await cse.send('PUT', `${latest}/s`, { 'm2m:sub': { pn: 1 } }, { from: 'Cae' });
    await cse.send('PUT', `${nothing}/s`, { 'm2m:sub': { pn: null } }, { from: 'Cae' });
    await until(async () => (await cse.database.pool.query('SELECT FROM cse.notification')).rows.length === 1);
    await reschedule(`${latest}/s/notificationSchedule`, [always]);
    await nothingWaits();
    expect(contents(subscriber.heard)).to.deep.equal([`${latest}2`]);
  });

  it('of the subscription do not hold back what is immediate (nec 2)', async () => {
    await using subscriber = await startSubscriber();
    const path = await subscribed(subscriber.url, { nec: 2 });
    await schedule(`${path}/s`, [never]);
    await instances(path, '1');
    await until(() => subscriber.heard.length === 1);
  });

  it('of the node an AE runs on hold back what is for it, immediate or not', async () => {
    await using subscriber = await startSubscriber();
    await cse.create('/cse-in', 14, { 'm2m:nod': { rn: 'sleeper', ni: 'n1' } });
    await schedule('/cse-in/sleeper', [never], { rn: 'awake' });
    await cse.ae('Casleep', { poa: [subscriber.url], nl: 'cse-in/sleeper' });
    const { rsc } = await cse.send('POST', '/cse-in/asleep', { 'm2m:sgn': { sur: 'x' } }, { from: 'Casleep' });
    expect(rsc, 'a NOTIFY of somebody else').to.equal(5103);
    await cse.create('/cse-in/asleep', 3, { 'm2m:cnt': { rn: 'c' } }, { from: 'Casleep' });
    const content = { 'm2m:sub': { nu: ['Casleep'], enc: { net: [3] }, pn: 2, nec: 2 } };
    expect((await cse.create('/cse-in/asleep/c', 23, content, { from: 'Casleep' })).rsc).to.equal(2001);
    await cse.create('/cse-in/asleep/c', 4, { 'm2m:cin': { con: '1' } }, { from: 'Casleep' });
    await reschedule('/cse-in/sleeper/awake', [always]);
    await until(() => subscriber.heard.length === 1);
  });

  it('that open later are waited for', async () => {
    await using subscriber = await startSubscriber();
    const path = await subscribed(subscriber.url, { pn: 2 });
    const opening = new Date(Date.now() + 2_000);
    await schedule(`${path}/s`, [`${opening.getUTCSeconds()} ${opening.getUTCMinutes()} * * * * *`]);
    await instances(path, '1');
    await until(() => subscriber.heard.length === 1);
    expect(Date.now()).to.be.at.least(Math.floor(opening.getTime() / 1000) * 1000);
  });

  it('of the CSE say when it serves others than its administrator (5103)', async () => {
    const { pc } = await schedule('/cse-in', [never], { rn: 'service' });
    expect(pc['m2m:sch'].rn).to.equal('service');
    const closed = await cse.send('GET', '/cse-in/ae', undefined, { from: 'Cae' });
    expect(closed.rsc).to.equal(5103);
    expect(closed.dbg).to.include('schedule');
    expect((await schedule('/cse-in', [always])).rsc, 'there is one').to.equal(4105);
    await reschedule('/cse-in/service', [always]);
    expect((await cse.send('GET', '/cse-in/ae', undefined, { from: 'Cae' })).rsc).to.equal(2000);
    await cse.send('DELETE', '/cse-in/service');
  });
});
