import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import pg from 'pg';
import { type Events, type Feed, type Log, messageOf } from '#platform';
import { applyBatch } from './batch.ts';
import type { BatchResult } from './batch-result.ts';
import type { Stale, Store } from './store.ts';
import { type ChangeElsewhere, type CommittedChange, type Outcome, Saturated, type Write } from './write.ts';

/** A stored notification that waits for delivery. */
export interface StoredNotification {
  readonly id: number;
  readonly subscription: number;
  readonly target: string;
  readonly body: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

interface Waiting {
  readonly write: Write;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}

/** A commit that waits to be made known. */
interface Committed {
  /** Numbers of its changes in the feed. */
  readonly first: number;
  readonly last: number;
  readonly makeKnown: () => void;
  readonly resolve: () => void;
}

export interface CommitterOptions {
  readonly databaseUrl: string;
  readonly store: Store;
  readonly feed: Feed;
  readonly events: Events;
  readonly log: Log;
  /** Called after each commit, in the order of commits. */
  readonly notificationsStored: (notifications: readonly StoredNotification[], more: boolean) => void;
  /** Called after each commit with what it changed, in the order of commits; must not throw. */
  readonly changed: (changes: readonly CommittedChange[]) => void;
  /** Called for commits of other nodes; undefined: some may have been missed. Must not throw. */
  readonly changedElsewhere: (change: ChangeElsewhere | undefined) => void;
  readonly observeBatch: (size: number, seconds: number) => void;
}

/** Transactions under way at once: one is being made durable while the next is being filled. */
const lanes = 2;
const batchWritesMax = 256;
const batchBytesMax = 4 * 1024 * 1024;
const waitingMax = 10_000;
/**
 * Every statement here goes from a batch to rows by their keys: plans are made once, and never scan a table. Durability is
 * said explicitly, whatever the server's default.
 */
const sessionSettings = [
  'synchronous_commit=on',
  'plan_cache_mode=force_generic_plan',
  'enable_hashjoin=off',
  'enable_mergejoin=off',
]
  .map((setting) => `-c ${setting}`)
  .join(' ');
const channel = 'cse';
/** Bytes of a NOTIFY payload, below PostgreSQL's limit of 8000. */
const payloadBytesMax = 7_500;
const connectionAttempts = 3;

/**
 * Group commit: writes that arrive together go into one transaction of a few multi-row statements, and each is answered
 * after its commit. While a transaction is being made durable, the next batch fills; a lone write waits for nobody.
 * When a batch fails, its writes are tried one by one, so that one that cannot be stored does not take others with it.
 */
export class Committer {
  readonly #options: CommitterOptions;
  readonly #pool: pg.Pool;
  readonly #node = randomUUID().slice(0, 8);
  readonly #unsubscribe: () => void;
  readonly #room: (() => void)[] = [];
  #waiting: Waiting[] = [];
  #running = 0;
  /** Transactions sent to be committed and not answered. */
  #finishing = 0;
  /** Committed, but not made known. */
  #committed: Committed[] = [];
  /** Number of the last change in the feed that was made known. */
  #lastKnown = 0;
  #scheduled = false;
  #idle: (() => void)[] = [];

  constructor(options: CommitterOptions) {
    this.#options = options;
    this.#pool = new pg.Pool({
      connectionString: options.databaseUrl,
      max: lanes,
      pipeline: true,
      options: sessionSettings,
      connectionTimeoutMillis: 10_000,
      application_name: 'alzette-cse-commit',
    } as pg.PoolConfig);
    this.#pool.on('error', (error) => options.log.warn({ reason: error.message }, 'a committing connection was lost'));
    this.#unsubscribe = options.events.subscribe(channel, (payload) => this.#heard(payload));
    options.events.onReconnect(() => {
      options.store.invalidateAll();
      options.changedElsewhere(undefined);
    });
  }

  /** Writes that wait for their turn. */
  get depth(): number {
    return this.#waiting.length;
  }

  /** True when further writes should be refused or held back. */
  get saturated(): boolean {
    return this.#waiting.length >= waitingMax / 2;
  }

  /** Resolves when `saturated` is false. */
  room(): Promise<void> {
    return this.saturated ? new Promise((resolve) => this.#room.push(resolve)) : Promise.resolve();
  }

  /**
   * Stores one write durably.
   * @throws Saturated when too many wait; the database's error when it cannot be stored
   */
  submit(write: Write): Promise<Outcome> {
    if (this.#waiting.length >= waitingMax) return Promise.reject(new Saturated('too many writes wait to be stored'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ write, resolve, reject });
      this.#schedule();
    });
  }

  /** Stores everything that waits, then closes the connections. */
  async close(): Promise<void> {
    if (this.#waiting.length > 0 || this.#running > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
    this.#unsubscribe();
    await this.#pool.end();
  }

  #schedule(): void {
    if (this.#scheduled || this.#running >= lanes) return;
    this.#scheduled = true;
    // After the input events of this turn of the loop: what arrived together is stored together.
    setImmediate(() => {
      this.#scheduled = false;
      void this.#run();
    });
  }

  async #run(): Promise<void> {
    if (this.#waiting.length === 0 || this.#running >= lanes) return;
    this.#running += 1;
    const batch = this.#take();
    if (this.#waiting.length > 0) this.#schedule();
    try {
      await this.#commitAll(batch);
    } finally {
      this.#running -= 1;
      if (!this.saturated) for (const resume of this.#room.splice(0)) resume();
      if (this.#waiting.length > 0) this.#schedule();
      else if (this.#running === 0) for (const done of this.#idle.splice(0)) done();
    }
  }

  /** The next writes, at most one update per resource: a second one has to see the first. */
  #take(): Waiting[] {
    const batch: Waiting[] = [];
    const left: Waiting[] = [];
    const updated = new Set<number>();
    let bytes = 0;
    let index = 0;
    for (; index < this.#waiting.length && batch.length < batchWritesMax && bytes < batchBytesMax; index += 1) {
      const waiting = this.#waiting[index];
      if (waiting === undefined) break;
      const { write } = waiting;
      if (write.kind === 'update') {
        if (updated.has(write.resource.no)) {
          left.push(waiting);
          continue;
        }
        updated.add(write.resource.no);
      } else if (write.kind === 'append') bytes += write.body.length;
      batch.push(waiting);
    }
    this.#waiting = left.length === 0 && index === this.#waiting.length ? [] : [...left, ...this.#waiting.slice(index)];
    return batch;
  }

  async #commitAll(batch: readonly Waiting[]): Promise<void> {
    try {
      await this.#commit(batch);
    } catch (error) {
      // Only a statement that was refused is known to have stored nothing. After a lost connection the commit may have
      // happened; storing again would duplicate, so the originators learn that the outcome is not known.
      if (batch.length === 1 || !isStatementError(error)) {
        for (const { reject } of batch) reject(error);
        return;
      }
      this.#options.log.warn(
        { writes: batch.length, reason: messageOf(error) },
        'a batch failed; its writes are tried one by one',
      );
      for (const waiting of batch) await this.#commit([waiting]).catch(waiting.reject);
    }
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    const started = performance.now();
    const client = await this.#connect();
    let failure: Error | undefined;
    try {
      const begun = client.query('BEGIN');
      const applied = applyBatch(
        client,
        batch.map(({ write }) => write),
      );
      await Promise.all([begun, applied]);
      const result = await applied;
      const { ids, seqs } = await this.#finish(client, result);
      this.#options.observeBatch(batch.length, (performance.now() - started) / 1000);
      await this.#inOrder(seqs, () => {
        this.#makeKnown(result, seqs, ids);
        for (const { write, resolve } of batch) resolve(result.outcomes.get(write) ?? { done: false, why: 'gone' });
      });
    } catch (error) {
      this.#makeCommittedKnown();
      failure = await client.query('ROLLBACK').then(
        () => undefined,
        (lost: Error) => lost,
      );
      throw error;
    } finally {
      client.release(failure);
    }
  }

  /**
   * Makes commits known in their own order. The answer to one can overtake that to another, because the server lets go of
   * locks before it answers; what would be out of order waits for the other commit under way.
   */
  #inOrder(seqs: readonly number[], makeKnown: () => void): Promise<void> {
    return new Promise((resolve) => {
      const [first = this.#lastKnown + 1] = seqs;
      const last = seqs.at(-1) ?? this.#lastKnown;
      this.#committed.push({ first, last, makeKnown, resolve });
      this.#makeCommittedKnown();
    });
  }

  #makeCommittedKnown(): void {
    this.#committed.sort((one, other) => one.first - other.first);
    for (;;) {
      const next = this.#committed[0];
      if (next === undefined || (next.first !== this.#lastKnown + 1 && this.#finishing > 0)) return;
      this.#committed.shift();
      this.#lastKnown = next.last;
      next.makeKnown();
      next.resolve();
    }
  }

  /** A connection may have broken while it lay in the pool, or the server may be restarting. */
  async #connect(): Promise<pg.PoolClient> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#pool.connect();
      } catch (error) {
        if (attempt >= connectionAttempts) throw error;
        await new Promise((resolve) => setTimeout(resolve, 200 * attempt));
      }
    }
  }

  async #finish(client: pg.PoolClient, result: BatchResult): Promise<{ ids: number[]; seqs: number[] }> {
    this.#finishing += 1;
    try {
      return await this.#storeAndCommit(client, result);
    } finally {
      this.#finishing -= 1;
    }
  }

  /** Feed, notifications and signal to other nodes, then COMMIT; sent in one go, answered in one go. */
  async #storeAndCommit(client: pg.PoolClient, result: BatchResult): Promise<{ ids: number[]; seqs: number[] }> {
    // The feed's lock is held from here to the commit; notification identifiers are therefore in commit order too.
    const appended = this.#options.feed.append(client, result.changes);
    const stored =
      result.notifications.length === 0
        ? undefined
        : client.query<{ id: number }>({
            name: 'notifications',
            text: `INSERT INTO cse.notification (subscription, target, body)
              SELECT subscription, target, body
              FROM unnest($1::bigint[], $2::text[], $3::text[]) WITH ORDINALITY AS n (subscription, target, body, place)
              ORDER BY place RETURNING id`,
            values: [
              result.notifications.map(({ subscription }) => subscription),
              result.notifications.map(({ target }) => target),
              result.notifications.map(({ body }) => body),
            ],
          });
    const signalled = this.#payloads(result).map((payload) =>
      client.query({ name: 'signal', text: 'SELECT pg_notify($1, $2)', values: [channel, payload] }),
    );
    const committed = client.query('COMMIT');
    const [seqs, notified, outcome] = await Promise.all([appended, stored, committed, ...signalled]);
    if (outcome.command !== 'COMMIT') throw new Error('the transaction was rolled back');
    return { seqs, ids: notified?.rows.map(({ id }) => id) ?? [] };
  }

  #makeKnown(result: BatchResult, seqs: readonly number[], ids: readonly number[]): void {
    const { store, feed, notificationsStored } = this.#options;
    store.invalidate(staleAfter(result));
    for (const resource of result.written) store.written(resource);
    for (const [no, counters] of result.counters) store.countersWritten(no, counters);
    for (const no of result.shortened) store.latestChanged(no);
    for (const [no, instance] of result.latest) store.latestWritten(no, instance);
    feed.committed(result.changes, seqs);
    if (result.committed.length > 0) this.#options.changed(result.committed);
    if (ids.length === 0 && !result.toldInStore) return;
    const at = Date.now();
    notificationsStored(
      result.notifications.map((notification, index) => ({ ...notification, id: ids[index] ?? 0, at })),
      result.toldInStore,
    );
  }

  /** What other nodes have to forget, in as few signals as fit. */
  #payloads(result: BatchResult): string[] {
    const { containers, subscribed, subtrees } = staleAfter(result);
    const words = [
      ...[...containers].map((no) => `c${no.toString(36)}`),
      ...result.written.map(({ no, ty }) => `r${no.toString(36)}.${ty.toString(36)}`),
      ...[...subscribed].map((no) => `s${no.toString(36)}`),
      ...[...subtrees].map((path) => `t${path}`),
    ];
    const payloads: string[] = [];
    let payload = this.#node;
    for (const word of words) {
      if (payload.length + word.length + 1 > payloadBytesMax) {
        payloads.push(payload);
        payload = this.#node;
      }
      payload += ` ${word}`;
    }
    return words.length === 0 ? payloads : [...payloads, payload];
  }

  #heard(payload: string): void {
    const [node, ...words] = payload.split(' ');
    if (node === this.#node) return;
    const texts = (kind: string) => words.filter((word) => word.startsWith(kind)).map((word) => word.slice(1));
    const numbers = (kind: string) => texts(kind).map((word) => Number.parseInt(word, 36));
    if (texts('s').length > 0) this.#options.store.monitorsChanged();
    const subtrees = texts('t');
    const written = texts('r').map((word) => {
      const [no = '', type = ''] = word.split('.');
      return { no: Number.parseInt(no, 36), ty: Number.parseInt(type, 36) };
    });
    const resources = written.map(({ no }) => no);
    this.#options.store.invalidate({ containers: numbers('c'), resources, subscribed: numbers('s'), subtrees });
    if (written.length > 0 || subtrees.length > 0) this.#options.changedElsewhere({ written, subtrees });
  }
}

/** SQLSTATE classes of a statement that was refused: data, constraints, conflicts between transactions, limits. */
const statementErrors = new Set(['21', '22', '23', '40', '42', '54']);

const isStatementError = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && statementErrors.has(error.code?.slice(0, 2) ?? '');

const staleAfter = (result: BatchResult): Stale => ({
  containers: result.counters.keys(),
  resources: result.written.map(({ no }) => no),
  subscribed: result.subscribed,
  subtrees: result.subtrees,
});
