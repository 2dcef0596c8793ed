import { expect } from 'chai';
import type { JsonObject } from '#cse';
import { schema } from '#cse';
import { createEvents, createLog, openDatabase } from '#platform';
import { emptyDatabase } from '../support/postgres.ts';
import { until } from '../support/wait.ts';
import { startCse, startSubscriber, type TestCse } from './support.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests read whatever the CSE sends
type Any = any;

const notification = (content: JsonObject | undefined): Any => content?.['m2m:sgn'];
const onNewChild = { encn: [{ net: [3], chty: [4] }] };

describe('cross-resource subscriptions (TS-0004 §7.4.58, §7.5.1.2.18)', () => {
  let cse: TestCse;
  let count = 0;

  before(async () => {
    cse = await startCse({ env: { ALZETTE_CSE_CROSS_MEMBERS_MAX: '3', ALZETTE_CSE_CROSS_WINDOW_SECONDS_MAX: '60' } });
    await cse.ae('Cae');
    await cse.ae('Cstranger');
  });
  after(() => cse[Symbol.asyncDispose]());

  const container = async (): Promise<string> => {
    count += 1;
    await cse.create('/cse-in/ae', 3, { 'm2m:cnt': { rn: `c${count}` } }, { from: 'Cae' });
    return `cse-in/ae/c${count}`;
  };
  const instance = (path: string) => cse.create(`/${path}`, 4, { 'm2m:cin': { con: '1' } }, { from: 'Cae' });
  const attempt = (attributes: JsonObject, from = 'Cae') => {
    const content = { nu: ['http://127.0.0.1:1/'], twt: 1, tws: 'PT30S', ...attributes };
    return cse.create('/cse-in/ae', 48, { 'm2m:crs': content }, { from });
  };
  const subscribe = async (attributes: JsonObject): Promise<Any> => {
    const { rsc, pc, dbg } = await attempt(attributes);
    expect(rsc, dbg).to.equal(2001);
    return pc['m2m:crs'];
  };
  const get = (path: string) => cse.send('GET', path.startsWith('/') ? path : `/${path}`);
  const gone = (path: string) => until(async () => (await get(path)).rsc === 4004, { what: `${path} gone` });
  /** Members that have told in the window that runs. */
  const arrived = async (ri: string): Promise<number> => {
    const { rows } = await cse.database.pool.query(
      'SELECT cardinality(arrived) AS count FROM cse.cross_window JOIN cse.resource USING (no) WHERE ri = $1',
      [ri],
    );
    return rows[0]?.count;
  };
  const subscriptionsOf = async (path: string): Promise<string[]> =>
    (await cse.send('GET', `/${path}?fu=1&ty=23`)).pc['m2m:uril'];

  it('make a subscription below each resource, in the name of their creator', async () => {
    const [one, two] = [await container(), await container()];
    const { ri, rrats, cr, et } = await subscribe({
      rrat: [one, two],
      encs: { encn: [{ net: [3] }, { net: [1] }] },
      nec: 4,
    });
    expect(cr).to.equal('Cae');
    expect(rrats).to.have.lengthOf(2);
    const members = [];
    for (const id of rrats as string[]) members.push((await cse.send('GET', `/~${id}`)).pc['m2m:sub']);
    expect(members.map(({ enc }) => enc)).to.deep.equal([{ net: [3] }, { net: [1] }]);
    for (const member of members) {
      expect(member).to.deep.include({ nu: [`/id-in/${ri}`], acrs: [`/id-in/${ri}`], nec: 4, et, cr: 'Cae' });
    }
    expect((await get(`cse-in/ae/${ri}`)).pc['m2m:crs'].rrats).to.deep.equal(rrats);
  });

  it('tell once all members have told within one window, and only that', async () => {
    await using subscriber = await startSubscriber();
    const [one, two] = [await container(), await container()];
    const { ri } = await subscribe({ nu: [subscriber.url], rrat: [one, two], encs: onNewChild, nec: 2 });
    await instance(one);
    await instance(one);
    await instance(two);
    await instance(two);
    await until(() => subscriber.heard.length === 1);
    expect(notification(subscriber.heard[0])).to.deep.equal({ sur: `/id-in/${ri}` });
    expect(subscriber.headers[0]?.['x-m2m-ec']).to.equal('2');
  });

  it('take subscriptions that exist as members, and leave them as they were', async () => {
    await using subscriber = await startSubscriber();
    const [one, two] = [await container(), await container()];
    const content = { 'm2m:sub': { rn: 's', nu: [subscriber.url], enc: { net: [3] } } };
    await cse.create(`/${one}`, 23, content, { from: 'Cae' });
    const { ri } = await subscribe({ nu: [subscriber.url], srat: [`${one}/s`], rrat: [two], encs: onNewChild });
    const member = async () => (await get(`${one}/s`)).pc['m2m:sub'];
    expect(await member()).to.deep.include({ acrs: [`/id-in/${ri}`], nu: [subscriber.url, `/id-in/${ri}`] });
    await instance(one);
    await instance(two);
    await until(() => subscriber.heard.some((heard) => notification(heard).sur === `/id-in/${ri}`));
    await cse.send('DELETE', `/cse-in/ae/${ri}`, undefined, { from: 'Cae' });
    await until(async () => (await member()).nu.length === 1);
    expect(await member()).not.to.have.property('acrs');
    await until(async () => (await subscriptionsOf(two)).length === 0);
  });

  it('discard what a periodic window has gathered at its end', async () => {
    await using subscriber = await startSubscriber();
    const [one, two] = [await container(), await container()];
    const { ri } = await subscribe({ nu: [subscriber.url], rrat: [one, two], encs: onNewChild, tws: 'PT1S' });
    await instance(one);
    await until(async () => (await arrived(ri)) === 1);
    await until(async () => (await arrived(ri)) === 0);
    await instance(two);
    await instance(one);
    await until(() => subscriber.heard.length === 1);
  });

  it('begin a sliding window with the first event, and end it with the notification', async () => {
    await using subscriber = await startSubscriber();
    const [one, two] = [await container(), await container()];
    await subscribe({ nu: [subscriber.url], rrat: [one, two], encs: onNewChild, twt: 2 });
    for (let round = 1; round <= 2; round += 1) {
      await instance(one);
      await instance(two);
      await until(() => subscriber.heard.length === round);
    }
  });

  describe('tell at the end of a window (eem, release 4)', () => {
    /** Members that tell in a window of three, and the modes that have something to say then. */
    const cases: readonly [number, readonly number[]][] = [
      [0, [3, 4]],
      [1, [2, 3, 5]],
      [2, [2, 3, 5]],
      [3, [2]],
    ];
    for (const [present, modes] of cases) {
      it(`by modes ${modes.join(', ')} when ${present} of 3 have told`, async () => {
        await using subscriber = await startSubscriber();
        const members = [await container(), await container(), await container()];
        const names = new Map<string, number>();
        for (const eem of [2, 3, 4, 5]) {
          const attributes = { nu: [subscriber.url], rrat: members, encs: onNewChild, tws: 'PT2S', eem, exc: 1 };
          names.set(`/id-in/${(await subscribe(attributes)).ri}`, eem);
        }
        for (const path of members.slice(0, present)) await instance(path);
        await until(() => subscriber.heard.length >= modes.length);
        const told = subscriber.heard.map((content) => names.get(notification(content).sur));
        expect(told).to.have.members(modes);
      });
    }
  });

  it('end with the counter (exc), tell of it (su), and take their members with them', async () => {
    await using subscriber = await startSubscriber();
    const path = await container();
    const { ri } = await subscribe({
      nu: [subscriber.url],
      su: subscriber.url,
      rrat: [path],
      encs: onNewChild,
      exc: 1,
    });
    await instance(path);
    await gone(`cse-in/ae/${ri}`);
    await until(() => subscriber.heard.length === 2);
    expect(notification(subscriber.heard[1])).to.deep.equal({ sur: `/id-in/${ri}`, sud: true });
    await until(async () => (await subscriptionsOf(path)).length === 0);
  });

  it('end when a member is deleted, with the other members (TS-0004 §7.5.1.2.4)', async () => {
    const [one, two] = [await container(), await container()];
    const { ri } = await subscribe({ rrat: [one, two], encs: onNewChild });
    await cse.send('DELETE', `/${one}`, undefined, { from: 'Cae' });
    await gone(`cse-in/ae/${ri}`);
    await until(async () => (await subscriptionsOf(two)).length === 0);
  });

  it('let go of their members when the AE above them is deleted', async () => {
    const path = await container();
    await cse.ae('Cshort');
    const pv = { acr: [{ acor: ['Cshort', 'Cae'], acop: 63 }] };
    await cse.create('/cse-in/ae', 1, { 'm2m:acp': { rn: 'shared', pv, pvs: pv } }, { from: 'Cae' });
    await cse.send('PUT', `/${path}`, { 'm2m:cnt': { acpi: ['cse-in/ae/shared'] } }, { from: 'Cae' });
    const content = { nu: ['http://127.0.0.1:1/'], twt: 2, tws: 'PT5S', rrat: [path], encs: onNewChild };
    const { rsc, dbg } = await cse.create('/cse-in/short', 48, { 'm2m:crs': content }, { from: 'Cshort' });
    expect(rsc, dbg).to.equal(2001);
    expect(await subscriptionsOf(path)).to.have.lengthOf(1);
    await cse.send('DELETE', '/cse-in/short', undefined, { from: 'Cshort' });
    await until(async () => (await subscriptionsOf(path)).length === 0);
  });

  it('are not made at all when one member cannot be (5221)', async () => {
    const [one, two] = [await container(), await container()];
    await cse.create(`/${two}`, 23, { 'm2m:sub': { rn: 's', nu: ['http://127.0.0.1:1/'] } }, { from: 'Cae' });
    for (const missing of [{ rrat: [one, 'cse-in/nobody'] }, { rrat: [one], srat: [`${two}/s`, `${two}/t`] }]) {
      const { rsc, dbg } = await attempt({ rn: 'half', ...missing, encs: onNewChild });
      expect(rsc, dbg).to.equal(5221);
      expect((await get('cse-in/ae/half')).rsc).to.equal(4004);
      expect(await subscriptionsOf(one)).to.deep.equal([]);
      expect((await get(`${two}/s`)).pc['m2m:sub'].nu).to.have.lengthOf(1);
    }
  });

  it('need the rights of their creator on every member (5221)', async () => {
    const path = await container();
    const content = { nu: ['http://127.0.0.1:1/'], twt: 1, tws: 'PT5S', rrat: [path], encs: onNewChild };
    const { rsc, dbg } = await cse.create('/cse-in/stranger', 48, { 'm2m:crs': content }, { from: 'Cstranger' });
    expect(rsc, dbg).to.equal(5221);
    expect(dbg).to.include('Cstranger');
  });

  const refused: Readonly<Record<string, JsonObject>> = {
    'no member': {},
    'resources without criteria': { rrat: ['cse-in/ae'] },
    'criteria for another number of resources': { rrat: ['a', 'b', 'c'], encs: { encn: [{ net: [1] }, { net: [1] }] } },
    'a resource twice': { rrat: ['cse-in/ae', 'cse-in/ae'], encs: onNewChild },
    'more members than are accepted': { srat: ['a', 'b', 'c', 'd'] },
    'a window of no length': { srat: ['a'], tws: 'PT0S' },
    'a window longer than is accepted': { srat: ['a'], tws: 'PT61S' },
    'a window that is no duration': { srat: ['a'], tws: '30' },
    'a window of no known type': { srat: ['a'], twt: 3 },
    'missing events in a sliding window': { srat: ['a'], twt: 2, eem: 4 },
    'an evaluation mode that is none': { srat: ['a'], eem: 6 },
    'subscriptions of its own making': { srat: ['a'], rrats: ['b'] },
    'no target': { srat: ['a'], nu: [] },
    'null for a window': { srat: ['a'], tws: null },
  };
  for (const [what, attributes] of Object.entries(refused)) {
    it(`with ${what} are refused`, async () => {
      const { rsc, dbg } = await attempt({ rn: 'refused', ...attributes });
      expect(rsc, dbg).to.equal(4000);
      expect((await get('cse-in/ae/refused')).rsc).to.equal(4004);
    });
  }

  it('refuse notifications of who is no member (4103)', async () => {
    const { ri } = await subscribe({ rrat: [await container()], encs: onNewChild });
    const content = { 'm2m:sgn': { sur: '/id-in/sub-none', nev: { net: 3, rep: {} } } };
    const { rsc, dbg } = await cse.send('POST', `/cse-in/ae/${ri}`, content, { from: 'Cae' });
    expect(rsc, dbg).to.equal(4103);
  });

  it('restart their window when its length or type changes (TS-0004 §7.4.58.2.3)', async () => {
    await using subscriber = await startSubscriber();
    const [one, two] = [await container(), await container()];
    const { ri } = await subscribe({ nu: [subscriber.url], rrat: [one, two], encs: onNewChild });
    await instance(one);
    await until(async () => (await arrived(ri)) === 1);
    await cse.send('PUT', `/cse-in/ae/${ri}`, { 'm2m:crs': { tws: 'PT40S' } }, { from: 'Cae' });
    expect(await arrived(ri)).to.equal(0);
  });

  it('send within their schedule (TS-0001 §9.6.58)', async () => {
    await using subscriber = await startSubscriber();
    const path = await container();
    const { ri } = await subscribe({ nu: [subscriber.url], rrat: [path], encs: onNewChild, twt: 2 });
    const schedule = { 'm2m:sch': { se: { sce: ['* * * * * * 2001'] } } };
    expect((await cse.create(`/cse-in/ae/${ri}`, 18, schedule)).rsc).to.equal(2001);
    await instance(path);
    await until(async () => {
      const { rows } = await cse.database.pool.query('SELECT FROM cse.notification');
      return rows.length === 0;
    });
    await cse.send('DELETE', `/cse-in/ae/${ri}/notificationSchedule`);
    await instance(path);
    await until(() => subscriber.heard.length === 1);
  });
});

describe('a cross-resource subscription, after a restart of the CSE', () => {
  it('knows what its window has gathered', async () => {
    const url = await emptyDatabase();
    const log = createLog('silent');
    const opened = await openDatabase({ url, rooms: [schema], log, poolSizeMax: 4 });
    const events = await createEvents({ url, pool: opened.pool, log });
    const database = { ...opened, events };
    await using subscriber = await startSubscriber();
    try {
      const first = await startCse({ database });
      for (const rn of ['one', 'two']) await first.create('/cse-in', 3, { 'm2m:cnt': { rn } });
      const content = {
        nu: [subscriber.url],
        twt: 1,
        tws: 'PT30S',
        rrat: ['cse-in/one', 'cse-in/two'],
        encs: onNewChild,
      };
      expect((await first.create('/cse-in', 48, { 'm2m:crs': content })).rsc).to.equal(2001);
      await first.create('/cse-in/one', 4, { 'm2m:cin': { con: '1' } });
      await first[Symbol.asyncDispose]();
      await using second = await startCse({ database });
      await second.create('/cse-in/two', 4, { 'm2m:cin': { con: '1' } });
      await until(() => subscriber.heard.length === 1);
    } finally {
      await events.close();
      await database.close();
    }
  });
});
