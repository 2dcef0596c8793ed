import { expect } from 'chai';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createLog, Feed, type FeedAppend, type RoomSchema, withTransaction } from '#platform';
import { testDatabase } from '../support/postgres.ts';

class FeedTable1763800000999 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SCHEMA room');
    for (const statement of Feed.createSql('room.change')) await runner.query(statement);
  }
  async down(): Promise<void> {}
}

const rooms: RoomSchema[] = [{ migrations: [FeedTable1763800000999] }];
const log = createLog('silent');

type TestDatabase = Awaited<ReturnType<typeof testDatabase>>;

const openFeed = (database: TestDatabase) =>
  Feed.open({ pool: database.pool, events: database.events, log, table: 'room.change', retentionHours: 1 });

const entry = (n: number, labels: string[] = []): FeedAppend => ({
  kind: 'created',
  labels,
  body: JSON.stringify({ n }),
});

async function write(feed: Feed, database: TestDatabase, entries: FeedAppend[]): Promise<void> {
  const seqs = await withTransaction(database.pool, (client) => feed.append(client, entries));
  feed.committed(entries, seqs);
}

const numbers = (entries: readonly { body: string }[]) => entries.map(({ body }) => JSON.parse(body).n);

describe('the feed', () => {
  it('delivers in the order of writing and again until it is acknowledged', async () => {
    await using database = await testDatabase({ rooms });
    const feed = await openFeed(database);
    await write(feed, database, [entry(1), entry(2)]);
    await write(feed, database, [entry(3)]);
    const first = await feed.read({ consumer: 'a', limit: 2, waitMs: 0 });
    expect(numbers(first.entries)).to.deep.equal([1, 2]);
    const again = await feed.read({ consumer: 'a', limit: 10, waitMs: 0 });
    expect(numbers(again.entries)).to.deep.equal([1, 2, 3]);
    const rest = await feed.read({ consumer: 'a', ack: first.cursor, limit: 10, waitMs: 0 });
    expect(numbers(rest.entries)).to.deep.equal([3]);
    await feed.close();
  });

  it('goes on after a restart from what was acknowledged', async () => {
    await using database = await testDatabase({ rooms });
    const before = await openFeed(database);
    await write(before, database, [entry(1), entry(2), entry(3)]);
    const { entries } = await before.read({ consumer: 'a', limit: 2, waitMs: 0 });
    await before.read({ consumer: 'a', ack: entries[1]?.seq ?? 0, limit: 1, waitMs: 0 });
    await before.close();
    const after = await openFeed(database);
    expect(numbers((await after.read({ consumer: 'a', limit: 10, waitMs: 0 })).entries)).to.deep.equal([3]);
    await after.close();
  });

  it('wakes a waiting reader', async () => {
    await using database = await testDatabase({ rooms });
    const feed = await openFeed(database);
    const waiting = feed.read({ consumer: 'a', limit: 10, waitMs: 10_000 });
    await write(feed, database, [entry(7)]);
    expect(numbers((await waiting).entries)).to.deep.equal([7]);
    await feed.close();
  });

  it('is read on another node than the one that wrote', async () => {
    await using database = await testDatabase({ rooms });
    const writer = await openFeed(database);
    const reader = await openFeed(database);
    const waiting = reader.read({ consumer: 'a', limit: 10, waitMs: 10_000 });
    await write(writer, database, [entry(5)]);
    expect(numbers((await waiting).entries)).to.deep.equal([5]);
    await write(writer, database, [entry(6)]);
    const next = await reader.read({ consumer: 'a', after: (await waiting).cursor, limit: 10, waitMs: 10_000 });
    expect(numbers(next.entries)).to.deep.equal([6]);
    await reader.close();
    await writer.close();
  });

  it('delivers only the labels that were asked for and moves the cursor past the others', async () => {
    await using database = await testDatabase({ rooms });
    const feed = await openFeed(database);
    await write(feed, database, [entry(1, ['theme:waste']), entry(2, ['theme:wind']), entry(3, ['theme:waste'])]);
    const wind = await feed.read({ consumer: 'a', labels: ['theme:wind'], limit: 10, waitMs: 0 });
    expect(numbers(wind.entries)).to.deep.equal([2]);
    expect(wind.cursor).to.equal(3);
    await feed.close();
  });

  it('loses and doubles nothing with many writers and a reader at once', async () => {
    await using database = await testDatabase({ rooms });
    const feed = await openFeed(database);
    const total = 400;
    const seen: number[] = [];
    const reading = (async () => {
      let after = 0;
      while (seen.length < total) {
        const batch = await feed.read({ consumer: 'a', after, limit: 50, waitMs: 1_000 });
        after = batch.cursor;
        seen.push(...numbers(batch.entries));
      }
    })();
    const sent = Array.from({ length: total }, (_, n) => n);
    await Promise.all(sent.map((n) => write(feed, database, [entry(n)])));
    await reading;
    expect(seen.toSorted((a, b) => a - b)).to.deep.equal(sent);
    await feed.close();
  });

  it('forgets what a transaction that was rolled back had written', async () => {
    await using database = await testDatabase({ rooms });
    const feed = await openFeed(database);
    await withTransaction(database.pool, async (client) => {
      await feed.append(client, [entry(1)]);
      throw new Error('the rest of the transaction failed');
    }).catch(() => {});
    await write(feed, database, [entry(2)]);
    expect(numbers((await feed.read({ consumer: 'a', limit: 10, waitMs: 0 })).entries)).to.deep.equal([2]);
    await feed.close();
  });
});
