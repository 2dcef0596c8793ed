import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { Refusal } from './errors.ts';
import type { Events } from './events.ts';
import type { Log } from './log.ts';

/** What a room says of one committed change. */
export interface FeedAppend {
  readonly kind: string;
  /** Consumers choose by these. */
  readonly labels: readonly string[];
  /** JSON text; passed on as it is, never parsed here. */
  readonly body: string;
}

export interface FeedEntry extends FeedAppend {
  /** Position; rises in the order of commits, with holes. */
  readonly seq: number;
  /** When the change was written, ISO 8601. */
  readonly at: string;
}

export interface FeedBatch {
  /** Everything up to here has been looked at; acknowledge this once the entries are dealt with. */
  readonly cursor: number;
  /** Entries that were trimmed before this consumer came for them, if any. */
  readonly gap: { readonly from: number; readonly to: number } | null;
  readonly entries: readonly FeedEntry[];
}

export interface FeedQuery {
  readonly consumer: string;
  /** Everything up to here is dealt with and need not be delivered again. */
  readonly ack?: number;
  /** Reads on from here; by default from what was acknowledged. */
  readonly after?: number;
  /** Entries that carry one of these labels; none: all. */
  readonly labels?: readonly string[];
  readonly kinds?: readonly string[];
  /** 1–1000. */
  readonly limit: number;
  /** How long to wait for a first entry. */
  readonly waitMs: number;
  readonly signal?: AbortSignal;
  /** Leaves out what the consumer may not see. */
  readonly permitted?: (entry: FeedEntry) => boolean | Promise<boolean>;
}

interface Consumer {
  acked: number;
  saved: number;
}

const partitionSize = 1_000_000;
const ringEntriesMax = 8_192;
const ringBytesMax = 16 * 1024 * 1024;
const consumersMax = 1_000;
const saveEveryMs = 250;
const maintainEveryMs = 10_000;
const scanPage = 500;

/**
 * A durable, commit-ordered list of changes with named consumers. A consumer receives everything at least once and in
 * order, and goes on where it stopped, whatever was killed in between.
 *
 * Writers take a lock just before they append and keep it until their commit: a reader that sees entry n will never
 * later find a new entry below n. `append` is therefore the last statement of its transaction.
 *
 * Cost: one multi-row insert per batch of changes; readers that keep up are served from memory.
 */
export class Feed {
  readonly #pool: pg.Pool;
  readonly #log: Log;
  readonly #events: Events;
  readonly #table: string;
  readonly #retentionHours: number;
  readonly #lockKey: string;
  readonly #node = randomUUID();
  readonly #consumers = new Map<string, Consumer>();
  readonly #waiting = new Set<() => void>();
  readonly #unsubscribe: () => void;
  readonly #timers: NodeJS.Timeout[];
  #ring: FeedEntry[] = [];
  #ringBytes = 0;
  #floor = 0;
  #last = 0;
  #partitionedTo = 0;
  #announced = true;

  /**
   * Statements that create a feed's tables; for the owning room's migration.
   * @param table schema-qualified name, such as `cse.change`
   */
  static createSql(table: string): string[] {
    return [
      `CREATE SEQUENCE ${table}_seq`,
      `CREATE TABLE ${table} (
         seq bigint NOT NULL, at timestamptz NOT NULL DEFAULT now(), kind text NOT NULL, labels text NOT NULL,
         body text NOT NULL, PRIMARY KEY (seq)
       ) PARTITION BY RANGE (seq)`,
      `CREATE TABLE ${table}_consumer (name text PRIMARY KEY, acked bigint NOT NULL, seen_at timestamptz NOT NULL)`,
    ];
  }

  static async open(options: {
    readonly pool: pg.Pool;
    readonly events: Events;
    readonly log: Log;
    readonly table: string;
    readonly retentionHours: number;
  }): Promise<Feed> {
    const feed = new Feed(options);
    await feed.#maintain();
    return feed;
  }

  private constructor(options: { pool: pg.Pool; events: Events; log: Log; table: string; retentionHours: number }) {
    this.#pool = options.pool;
    this.#events = options.events;
    this.#log = options.log;
    this.#table = options.table;
    this.#retentionHours = options.retentionHours;
    this.#lockKey = `feed ${options.table}`;
    const lookAgain = () => {
      this.#forgetRing();
      this.#wake();
    };
    this.#unsubscribe = options.events.subscribe('feed', (payload) => {
      const [node, table] = payload.split(' ');
      if (node !== this.#node && table === this.#table) lookAgain();
    });
    options.events.onReconnect(lookAgain);
    this.#timers = [
      setInterval(() => this.#save().catch((error: Error) => this.#warn(error)), saveEveryMs),
      setInterval(() => this.#maintain().catch((error: Error) => this.#warn(error)), maintainEveryMs),
    ];
  }

  /**
   * Writes entries inside the caller's transaction, as its last statement before COMMIT.
   * @returns their positions, in the order given
   */
  async append(client: pg.ClientBase, entries: readonly FeedAppend[]): Promise<number[]> {
    if (entries.length === 0) return [];
    const { rows } = await client.query<{ seq: number }>({
      name: `append ${this.#table}`,
      text: `WITH turn AS MATERIALIZED (SELECT pg_advisory_xact_lock(hashtextextended($1, 0)))
        INSERT INTO ${this.#table} (seq, kind, labels, body)
        SELECT nextval('${this.#table}_seq'), kind, labels, body
        FROM turn, unnest($2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS entry (kind, labels, body, place)
        ORDER BY place RETURNING seq`,
      values: [
        this.#lockKey,
        entries.map(({ kind }) => kind),
        entries.map(({ labels }) => JSON.stringify(labels)),
        entries.map(({ body }) => body),
      ],
    });
    return rows.map(({ seq }) => seq);
  }

  /** To be called after COMMIT with what `append` was given and returned: wakes readers, here and on other nodes. */
  committed(entries: readonly FeedAppend[], seqs: readonly number[]): void {
    const at = new Date().toISOString();
    const first = seqs[0];
    if (first === undefined) return;
    const ringLast = this.#ring.at(-1)?.seq;
    // The ring has no holes. After one (written by another node, rolled back, or two transactions that report in the
    // other order than they committed) it restarts; the table serves what is missing.
    if (ringLast !== undefined && first !== ringLast + 1) this.#forgetRing();
    if (ringLast === undefined || first > ringLast) {
      entries.forEach((entry, index) => {
        this.#ring.push({ ...entry, seq: first + index, at });
        this.#ringBytes += entry.body.length;
      });
      this.#trimRing();
    }
    this.#last = Math.max(this.#last, seqs.at(-1) ?? 0);
    this.#announced = false;
    this.#wake();
  }

  /** Position of the newest entry this node knows of. */
  get last(): number {
    return this.#last;
  }

  /** Name and number of entries not yet acknowledged, per consumer; for metrics. */
  lags(): { consumer: string; lag: number }[] {
    return [...this.#consumers].map(([consumer, { acked }]) => ({ consumer, lag: Math.max(0, this.#last - acked) }));
  }

  /**
   * Delivers what follows, waiting up to `waitMs` for a first entry. With nothing to deliver the batch is empty, and its
   * cursor still tells how far the feed has been looked through.
   */
  async read(query: FeedQuery): Promise<FeedBatch> {
    const consumer = await this.#consumer(query.consumer);
    if (query.ack !== undefined) consumer.acked = Math.max(consumer.acked, Math.min(query.ack, this.#last));
    let after = query.after ?? consumer.acked;
    const gap = after < this.#floor - 1 ? { from: after + 1, to: this.#floor - 1 } : null;
    const deadline = Date.now() + query.waitMs;
    for (;;) {
      const woken = this.#nextWake(query.signal);
      const page = await this.#page(after, query.limit);
      const chosen: FeedEntry[] = [];
      for (const entry of page) {
        if (chosen.length >= query.limit) break;
        after = entry.seq;
        if (wants(query, entry) && (query.permitted === undefined || (await query.permitted(entry))))
          chosen.push(entry);
      }
      if (chosen.length > 0 || query.signal?.aborted || Date.now() >= deadline) {
        woken.cancel();
        return { cursor: after, gap, entries: chosen };
      }
      if (page.length > 0) woken.cancel();
      else await woken.wait(deadline - Date.now());
    }
  }

  /** Stops waiting readers and saves what was acknowledged. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#unsubscribe();
    this.#wake();
    await this.#save();
  }

  async #page(after: number, limit: number): Promise<readonly FeedEntry[]> {
    const ringFirst = this.#ring[0]?.seq;
    if (ringFirst !== undefined && after >= ringFirst - 1) {
      const start = after - ringFirst + 1;
      return this.#ring.slice(start, start + Math.max(limit, scanPage));
    }
    const { rows } = await this.#pool.query<{ seq: number; at: Date; kind: string; labels: string; body: string }>({
      name: `read ${this.#table}`,
      text: `SELECT seq, at, kind, labels, body FROM ${this.#table} WHERE seq > $1 ORDER BY seq LIMIT $2`,
      values: [after, Math.max(limit, scanPage)],
    });
    const last = rows.at(-1);
    if (last !== undefined) this.#last = Math.max(this.#last, last.seq);
    return rows.map((row) => ({ ...row, at: row.at.toISOString(), labels: JSON.parse(row.labels) as string[] }));
  }

  async #consumer(name: string): Promise<Consumer> {
    const known = this.#consumers.get(name);
    if (known !== undefined) return known;
    const stored = await this.#pool.query<{ acked: number }>(
      `SELECT acked FROM ${this.#table}_consumer WHERE name = $1`,
      [name],
    );
    if (stored.rows[0] === undefined) {
      const counted = await this.#pool.query<{ count: number }>(`SELECT count(*) FROM ${this.#table}_consumer`);
      if ((counted.rows[0]?.count ?? 0) >= consumersMax) {
        throw new Refusal(429, 'too-many-consumers', `at most ${consumersMax} consumers; remove one that is not used`);
      }
      await this.#pool.query(
        `INSERT INTO ${this.#table}_consumer (name, acked, seen_at) VALUES ($1, 0, now()) ON CONFLICT (name) DO NOTHING`,
        [name],
      );
    }
    const acked = stored.rows[0]?.acked ?? 0;
    const consumer = this.#consumers.get(name) ?? { acked, saved: acked };
    this.#consumers.set(name, consumer);
    return consumer;
  }

  /** Forgets the older half when memory holds too much; in large steps, because each one copies the array. */
  #trimRing(): void {
    while (this.#ring.length > ringEntriesMax || (this.#ringBytes > ringBytesMax && this.#ring.length > 1)) {
      const half = Math.ceil(this.#ring.length / 2);
      for (const { body } of this.#ring.slice(0, half)) this.#ringBytes -= body.length;
      this.#ring = this.#ring.slice(half);
    }
  }

  #forgetRing(): void {
    this.#ring = [];
    this.#ringBytes = 0;
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  #nextWake(signal: AbortSignal | undefined): { wait: (ms: number) => Promise<void>; cancel: () => void } {
    let timer: NodeJS.Timeout | undefined;
    let resolve: () => void = () => {};
    const woken = new Promise<void>((done) => {
      resolve = done;
    });
    const cancel = () => {
      clearTimeout(timer);
      this.#waiting.delete(cancel);
      signal?.removeEventListener('abort', cancel);
      resolve();
    };
    this.#waiting.add(cancel);
    signal?.addEventListener('abort', cancel, { once: true });
    return {
      cancel,
      wait: (ms) => {
        timer = setTimeout(cancel, Math.max(0, ms));
        return woken;
      },
    };
  }

  async #save(): Promise<void> {
    if (!this.#announced) {
      this.#announced = true;
      await this.#events.publish('feed', `${this.#node} ${this.#table}`);
    }
    const changed = [...this.#consumers].filter(([, { acked, saved }]) => acked !== saved);
    if (changed.length === 0) return;
    await this.#pool.query(
      `UPDATE ${this.#table}_consumer AS consumer SET acked = GREATEST(consumer.acked, given.acked), seen_at = now()
       FROM unnest($1::text[], $2::bigint[]) AS given (name, acked) WHERE consumer.name = given.name`,
      [changed.map(([name]) => name), changed.map(([, { acked }]) => acked)],
    );
    for (const [, consumer] of changed) consumer.saved = consumer.acked;
  }

  /** Creates partitions ahead of the writers and drops those whose newest entry is older than the retention. */
  async #maintain(): Promise<void> {
    const state = await this.#pool.query<{ last: number }>(
      `SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS last FROM ${this.#table}_seq`,
    );
    const last = state.rows[0]?.last ?? 0;
    this.#last = Math.max(this.#last, last);
    while (this.#partitionedTo < last + 2 * partitionSize) {
      const from = this.#partitionedTo === 0 ? Math.floor(last / partitionSize) * partitionSize : this.#partitionedTo;
      const to = from + partitionSize;
      await this.#pool.query(
        `CREATE TABLE IF NOT EXISTS ${this.#table}_${from} PARTITION OF ${this.#table} FOR VALUES FROM (${from}) TO (${to})`,
      );
      this.#partitionedTo = to;
    }
    const partitions = await this.#pool.query<{ name: string; from: number }>(
      `SELECT inhrelid::regclass::text AS name, substring(inhrelid::regclass::text from '_(\\d+)$')::bigint AS from
       FROM pg_inherits WHERE inhparent = $1::regclass ORDER BY 2`,
      [this.#table],
    );
    for (const { name, from } of partitions.rows) {
      if (from + partitionSize > last) break;
      const newest = await this.#pool.query<{ old: boolean }>(
        `SELECT at < now() - make_interval(hours => $1) AS old FROM ${name} ORDER BY seq DESC LIMIT 1`,
        [this.#retentionHours],
      );
      if (newest.rows[0]?.old === false) break;
      await this.#pool.query(`DROP TABLE IF EXISTS ${name}`);
      this.#log.info({ feed: this.#table, to: from + partitionSize - 1 }, 'entries past their retention were removed');
    }
    const oldest = await this.#pool.query<{ seq: number }>(`SELECT seq FROM ${this.#table} ORDER BY seq LIMIT 1`);
    this.#floor = oldest.rows[0]?.seq ?? last + 1;
  }

  #warn(error: Error): void {
    this.#log.warn({ feed: this.#table, reason: error.message }, 'the feed will try again');
  }
}

const wants = (query: FeedQuery, entry: FeedEntry): boolean =>
  (query.kinds === undefined || query.kinds.length === 0 || query.kinds.includes(entry.kind)) &&
  (query.labels === undefined ||
    query.labels.length === 0 ||
    query.labels.some((label) => entry.labels.includes(label)));

/** JSON text of a batch, as both feed doors send it; the bodies are passed through unparsed. */
export const feedBatchJson = ({ cursor, gap, entries }: FeedBatch): string =>
  `{"cursor":${cursor},"gap":${JSON.stringify(gap)},"entries":[${entries
    .map(
      ({ seq, at, kind, labels, body }) =>
        `{"seq":${seq},"at":"${at}","kind":${JSON.stringify(kind)},"labels":${JSON.stringify(labels)},"body":${body}}`,
    )
    .join(',')}]}`;

/**
 * Reads the query string of a feed door: `consumer`, `ack`, `after`, `label` (repeatable), `kind` (repeatable), `limit`
 * (1–1000, default 500), `wait` (seconds, 0–30, default 0).
 *
 * @throws Refusal 400 that names the parameter and what is expected
 */
export function readFeedQuery(parameters: URLSearchParams): FeedQuery {
  const consumer = parameters.get('consumer') ?? '';
  if (!/^[A-Za-z0-9._:-]{1,128}$/.test(consumer)) {
    throw new Refusal(400, 'bad-consumer', 'consumer: 1 to 128 letters, digits, ".", "_", ":" or "-" are expected');
  }
  const number = (name: string, minimum: number, maximum: number): number | undefined => {
    const given = parameters.get(name);
    if (given === null) return undefined;
    const value = Number(given);
    if (given.trim() === '' || !Number.isInteger(value) || value < minimum || value > maximum) {
      throw new Refusal(400, `bad-${name}`, `${name}: a whole number from ${minimum} to ${maximum} is expected`);
    }
    return value;
  };
  const ack = number('ack', 0, Number.MAX_SAFE_INTEGER);
  const after = number('after', 0, Number.MAX_SAFE_INTEGER);
  return {
    consumer,
    ...(ack === undefined ? {} : { ack }),
    ...(after === undefined ? {} : { after }),
    labels: parameters.getAll('label').slice(0, 50),
    kinds: parameters.getAll('kind').slice(0, 50),
    limit: number('limit', 1, 1000) ?? 500,
    waitMs: (number('wait', 0, 30) ?? 0) * 1000,
  };
}
