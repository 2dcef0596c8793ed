import { expect } from 'chai';
import { createCse, schema } from '#cse';
import { createEvents, createLog, createMetrics, Feed, openDatabase, readConfig } from '#platform';
import { Committer } from '../../cse/store/committer.ts';
import { changeTable } from '../../cse/store/schema.ts';
import { Store } from '../../cse/store/store.ts';
import { noEffects, type Write } from '../../cse/store/write.ts';
import { emptyDatabase } from '../support/postgres.ts';
import { until } from '../support/wait.ts';
import { startCse } from './support.ts';

describe('group commit', () => {
  it('stores the neighbours of a write that the database refuses', async () => {
    await using cse = await startCse();
    await cse.create('/cse-in', 3, { 'm2m:cnt': { rn: 'c' } });
    const { database } = cse;
    const log = createLog('silent');
    const store = new Store(database.pool, () => {});
    const feed = await Feed.open({
      pool: database.pool,
      events: database.events,
      log,
      table: changeTable,
      retentionHours: 1,
    });
    const sizes: number[] = [];
    const committer = new Committer({
      databaseUrl: database.url,
      store,
      feed,
      events: database.events,
      log,
      notificationsStored: () => {},
      changed: () => {},
      changedElsewhere: () => {},
      observeBatch: (size) => sizes.push(size),
    });
    try {
      const container = await store.byPath('cse-in/c');
      if (container === undefined) throw new Error('the container was created');
      const append = (body: string): Write => ({
        kind: 'append',
        container,
        rn: null,
        ct: '20260101T000000',
        et: '99991231T235959',
        cs: 1,
        lbl: null,
        body,
        effects: () => noEffects,
      });
      // A zero byte never gets past the checks; the database cannot keep it as text.
      const results = await Promise.allSettled(
        ['{"con":"1"}', '{"con":"\0"}', '{"con":"3"}'].map((body) => committer.submit(append(body))),
      );
      expect(results.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected', 'fulfilled']);
      expect(sizes).to.deep.equal([1, 1]);
      const { rows } = await database.pool.query(
        'SELECT cni, (SELECT count(*) FROM cse.instance) AS rows FROM cse.counter',
      );
      expect(rows).to.deep.equal([{ cni: 2, rows: 2 }]);
    } finally {
      await committer.close();
      await feed.close();
    }
  });

  it('puts writes that arrive together into few transactions', async () => {
    await using cse = await startCse();
    await cse.create('/cse-in', 3, { 'm2m:cnt': { rn: 'c' } });
    await Promise.all(
      Array.from({ length: 200 }, (_, index) => cse.create('/cse-in/c', 4, { 'm2m:cin': { con: String(index) } })),
    );
    const { rows } = await cse.database.pool.query(
      `SELECT count(DISTINCT xmin::text) AS transactions FROM cse.instance`,
    );
    expect(Number(rows[0].transactions)).to.be.below(100);
  });
});

describe('several nodes on one database', () => {
  it('see each other’s changes, and give every state tag once', async () => {
    const url = await emptyDatabase();
    const log = createLog('silent');
    const start = async () => {
      const database = await openDatabase({ url, rooms: [schema], log, poolSizeMax: 4 });
      const events = await createEvents({ url, pool: database.pool, log });
      return { database: { ...database, events } };
    };
    const nodes = [await start(), await start()];
    try {
      await using one = await startCse(nodes[0]);
      await using two = await startCse(nodes[1]);
      await one.create('/cse-in', 3, { 'm2m:cnt': { rn: 'c', mni: 10 } });
      const seen = async () => (await two.send('GET', '/cse-in/c')).pc['m2m:cnt'];
      expect((await seen()).mni).to.equal(10);
      await one.send('PUT', '/cse-in/c', { 'm2m:cnt': { mni: 5 } });
      await until(async () => (await seen()).mni === 5, { what: 'the change on the other node' });
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, index) =>
          (index % 2 === 0 ? one : two).create('/cse-in/c', 4, { 'm2m:cin': { con: String(index) } }),
        ),
      );
      const tags = answers.map(({ pc }) => pc['m2m:cin'].st);
      expect(new Set(tags).size).to.equal(100);
      for (const node of [one, two]) {
        await until(async () => (await node.send('GET', '/cse-in/c')).pc['m2m:cnt'].cni === 5, {
          what: 'counters on both nodes',
        });
      }
      await one.send('DELETE', '/cse-in/c');
      await until(async () => (await two.send('GET', '/cse-in/c')).rsc === 4004, {
        what: 'the deletion on the other node',
      });
    } finally {
      for (const { database } of nodes) {
        await database.events.close();
        await database.close();
      }
    }
  });
});

describe('stopping a CSE', () => {
  it('answers what it accepted', async () => {
    const url = await emptyDatabase();
    const log = createLog('silent');
    const database = await openDatabase({ url, rooms: [schema], log });
    const events = await createEvents({ url, pool: database.pool, log });
    try {
      const cse = await createCse({
        config: readConfig({ ALZETTE_CSE_PORT: '0' }),
        database,
        events,
        log,
        metrics: createMetrics(),
      });
      const session = { originatorPattern: '*' };
      const request = (rqi: string, to: string, ty: number, pc: Record<string, object>) =>
        cse.handle({ op: 1, fr: 'CAdmin', rqi, rvi: '3', to, ty, pc: pc as never }, session);
      await request('c', 'cse-in', 3, { 'm2m:cnt': { rn: 'c' } });
      const creates = Array.from({ length: 50 }, (_, index) =>
        request(`r${index}`, 'cse-in/c', 4, { 'm2m:cin': { con: '1' } }),
      );
      await cse.stop();
      const answers = await Promise.all(creates);
      expect(answers.map(({ rsc }) => rsc).filter((rsc) => rsc !== 2001)).to.deep.equal([]);
      const { rows } = await database.pool.query('SELECT count(*) AS count FROM cse.instance');
      expect(rows[0].count).to.equal(50);
    } finally {
      await events.close();
      await database.close();
    }
  });
});
