import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { type Log, messageOf } from '#platform';
import type { JsonObject } from '../primitive.ts';
import type { SubscriptionAttributes } from '../resources/index.ts';
import { statusName } from '../response-status.ts';
import type { StoredNotification } from '../store/committer.ts';
import type { Resource } from '../store/resource.ts';
import type { Store } from '../store/store.ts';
import { fromDuration } from '../timestamp.ts';
import type { Targets } from './targets.ts';

/** Notifications of one queue held in memory; more wait in the store. */
const queueEntriesMax = 256;
/** In a batch notification; a larger `bn.num` is served in parts. */
const batchEntriesMax = 1000;
const inMemoryMax = 20_000;
const attemptTimeoutMs = 10_000;
const firstRetryMs = 500;
const longestRetryMs = 60_000;
/** What waits longer than this is given up. */
const ageMsMax = 72 * 3_600_000;
/** Waiting notifications per subscription and target; the oldest beyond are given up. */
const pendingMax = 10_000;
/** Attempts for a notice about a subscription that is gone. */
const noticeAttempts = 5;
const settleEveryMs = 50;
const trimEveryMs = 60_000;
const defaultBatchDurationMs = 60_000;
/** A longer timer of Node.js would end at once; whoever waits looks again. */
const timerMsMax = 3_600_000;

export type DeliveryOutcome = 'delivered' | 'refused' | 'retried' | 'given up';

interface Queue {
  readonly subscription: number;
  readonly target: string;
  waiting: StoredNotification[];
  /** More wait in the store than in memory. */
  behind: boolean;
  /** Wakes a batch that waits for more. */
  wake: () => void;
  /** Current rate limit window. */
  windowEndsAt: number;
  sentInWindow: number;
}

export interface DeliveryOptions {
  readonly pool: pg.Pool;
  readonly store: Store;
  readonly targets: Targets;
  readonly log: Log;
  /** After each successful delivery, for `exc`. */
  readonly delivered: (subscription: Resource) => Promise<void>;
  readonly observe: (outcome: DeliveryOutcome, count: number) => void;
}

/**
 * Delivers stored notifications: one queue per subscription and target, each in order and independent of all others, so
 * that one that does not answer holds up nobody else. A notification leaves the store once it is delivered; after a crash
 * delivery goes on with what is left (at least once).
 */
export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #queues = new Map<string, Queue>();
  readonly #stopping = new AbortController();
  readonly #workers = new Set<Promise<void>>();
  readonly #timers: NodeJS.Timeout[] = [];
  /** Delivered, but not yet removed from the store. */
  readonly #settled = new Set<number>();
  #inMemory = 0;
  #settling: Promise<void> = Promise.resolve();

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /** Takes up what a previous run left, and starts delivering. */
  async start(): Promise<void> {
    const retry = (what: string) => (error: unknown) =>
      this.#options.log.warn({ reason: messageOf(error) }, `${what}; trying again`);
    this.#timers.push(
      setInterval(() => void this.#settle().catch(retry('delivered notifications stay stored')), settleEveryMs),
      setInterval(() => void this.#trim().catch(retry('old notifications stay stored')), trimEveryMs),
    );
    await this.takeUpStored();
  }

  /** Notifications in memory. */
  get depth(): number {
    return this.#inMemory;
  }

  /** Queues, that is pairs of subscription and target, with something to deliver. */
  get queues(): number {
    return this.#queues.size;
  }

  /** Takes over what was just committed, in the order of commits. */
  enqueue(notifications: readonly StoredNotification[]): void {
    for (const notification of notifications) {
      const queue = this.#queueFor(notification.subscription, notification.target);
      if (queue.behind || queue.waiting.length >= queueEntriesMax || this.#inMemory >= inMemoryMax) queue.behind = true;
      else {
        queue.waiting.push(notification);
        this.#inMemory += 1;
      }
      queue.wake();
    }
  }

  /** Looks in the store for queues that nobody told of. */
  async takeUpStored(): Promise<void> {
    const { rows } = await this.#options.pool.query<{ subscription: number; target: string }>(
      'SELECT DISTINCT subscription, target FROM cse.notification',
    );
    for (const { subscription, target } of rows) {
      const queue = this.#queueFor(subscription, target);
      queue.behind = true;
      queue.wake();
    }
  }

  /** Ends deliveries under way; what is not delivered stays stored. */
  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#stopping.abort();
    for (const queue of this.#queues.values()) queue.wake();
    await Promise.allSettled(this.#workers);
    await this.#settle().catch((error: unknown) => {
      this.#options.log.warn(
        { reason: messageOf(error) },
        'delivered notifications stay stored and will be sent again',
      );
    });
  }

  #queueFor(subscription: number, target: string): Queue {
    const key = `${subscription} ${target}`;
    const known = this.#queues.get(key);
    if (known !== undefined) return known;
    const queue: Queue = {
      subscription,
      target,
      waiting: [],
      behind: false,
      wake: () => {},
      windowEndsAt: 0,
      sentInWindow: 0,
    };
    this.#queues.set(key, queue);
    const worker = this.#work(key, queue).finally(() => this.#workers.delete(worker));
    this.#workers.add(worker);
    return queue;
  }

  async #work(key: string, queue: Queue): Promise<void> {
    await null; // whoever made the queue fills it first
    while (!this.#stopping.signal.aborted) {
      try {
        if (queue.waiting.length === 0 && queue.behind) await this.#refill(queue, queueEntriesMax);
        if (queue.waiting.length === 0) {
          if (queue.behind) continue;
          // The window of a rate limit outlives what was sent in it.
          const windowLeftMs = queue.windowEndsAt - Date.now();
          if (windowLeftMs > 0) {
            await this.#more(queue, windowLeftMs);
            continue;
          }
          this.#queues.delete(key);
          return;
        }
        await this.#deliverNext(queue);
      } catch (error) {
        if (this.#stopping.signal.aborted) return;
        this.#options.log.warn({ target: queue.target, reason: messageOf(error) }, 'a notification queue pauses');
        await this.#pause(firstRetryMs);
      }
    }
  }

  async #refill(queue: Queue, upTo: number): Promise<void> {
    // Cleared first: what is committed while we read sets it again.
    queue.behind = false;
    const held = new Set([...queue.waiting.map(({ id }) => id), ...this.#settled]);
    const { rows } = await this.#options.pool.query<{ id: number; body: string; at: Date }>(
      `SELECT id, body, at FROM cse.notification
       WHERE subscription = $1 AND target = $2 AND NOT (id = ANY ($3::bigint[])) ORDER BY id LIMIT $4`,
      [queue.subscription, queue.target, [...held], upTo],
    );
    const { subscription, target } = queue;
    const found = rows.map(({ id, body, at }) => ({ id, subscription, target, body, at: at.getTime() }));
    const known = new Set(found.map(({ id }) => id));
    const complete = rows.length < upTo;
    if (!complete) queue.behind = true;
    // What was enqueued while we read may have been read too; and while more is left in the store, the newer has to wait.
    const before = queue.waiting.length;
    const added = queue.waiting.filter(({ id }) => !held.has(id) && !known.has(id));
    queue.waiting = [...queue.waiting.filter(({ id }) => held.has(id)), ...found, ...(complete ? added : [])].sort(
      (one, other) => one.id - other.id,
    );
    this.#inMemory += queue.waiting.length - before;
  }

  async #deliverNext(queue: Queue): Promise<void> {
    const subscription = await this.#options.store.byNumber(queue.subscription);
    const attributes = subscription?.attributes as unknown as SubscriptionAttributes | undefined;
    if (!(await this.#mayGo(queue, attributes))) return;
    const batch = attributes?.bn === undefined ? queue.waiting.slice(0, 1) : await this.#collect(queue, attributes.bn);
    const newest = batch.at(-1);
    if (newest === undefined) return;
    const latestOnly = attributes?.bn !== undefined && attributes.ln === true;
    const content = latestOnly || attributes?.bn === undefined ? parse(newest) : aggregate(batch);
    const ec = latestOnly ? 4 : attributes?.nec;
    const limits = {
      until: newest.at + (maxAge(attributes) ?? ageMsMax),
      attempts: subscription === undefined ? noticeAttempts : Infinity,
    };
    const delivered = await this.#insist(queue, content, ec, limits);
    if (this.#stopping.signal.aborted && !delivered) return;
    this.#done(queue, batch);
    queue.sentInWindow += 1;
    if (delivered && subscription !== undefined) await this.#options.delivered(subscription);
  }

  /** Keeps the rate limit: at most `mnn` notifications in each window of `tww` (TS-0001 §10.2.10.7). */
  async #mayGo(queue: Queue, attributes: SubscriptionAttributes | undefined): Promise<boolean> {
    const limit = attributes?.rl;
    if (limit === undefined) return true;
    const now = Date.now();
    if (now >= queue.windowEndsAt) {
      queue.windowEndsAt = now + (fromDuration(limit.tww) ?? 0);
      queue.sentInWindow = 0;
    }
    if (queue.sentInWindow < limit.mnn) return true;
    await this.#pause(Math.min(queue.windowEndsAt - now, timerMsMax));
    return false; // whoever asked looks again, in the next window and with what the subscription says by then
  }

  /** Waits until `num` notifications are there or `dur` has passed since the first (TS-0001 §10.2.10.7). */
  async #collect(queue: Queue, { num, dur }: { num?: number; dur?: string }): Promise<StoredNotification[]> {
    const wanted = Math.min(num ?? batchEntriesMax, batchEntriesMax);
    const durationMs = dur === undefined ? defaultBatchDurationMs : (fromDuration(dur) ?? defaultBatchDurationMs);
    const deadline = (queue.waiting[0]?.at ?? Date.now()) + durationMs;
    while (queue.waiting.length < wanted && !this.#stopping.signal.aborted) {
      if (queue.behind) {
        const before = queue.waiting.length;
        await this.#refill(queue, wanted);
        if (queue.waiting.length > before) continue;
      }
      const left = deadline - Date.now();
      if (left <= 0) break;
      await this.#more(queue, left);
    }
    return this.#stopping.signal.aborted ? [] : queue.waiting.slice(0, wanted);
  }

  /** Sends until it is delivered, refused for good, too old, or we stop. @returns whether it was delivered */
  async #insist(
    queue: Queue,
    content: JsonObject,
    ec: number | undefined,
    { until, attempts }: { until: number; attempts: number },
  ): Promise<boolean> {
    const { log, observe, targets, store } = this.#options;
    for (let attempt = 1, wait = firstRetryMs; ; attempt += 1, wait = Math.min(wait * 2, longestRetryMs)) {
      let reason: string;
      try {
        const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(attemptTimeoutMs)]);
        const { rsc } = await targets.send(queue.target, content, signal, ec);
        if (rsc >= 2000 && rsc < 3000) {
          observe('delivered', 1);
          return true;
        }
        reason = statusName(rsc) ?? `response status ${rsc}`;
        if (rsc >= 4000 && rsc < 5000 && reason !== 'REQUEST_TIMEOUT') {
          log.info({ target: queue.target, reason }, 'a subscriber refused a notification');
          observe('refused', 1);
          return false;
        }
      } catch (error) {
        reason = messageOf(error);
      }
      if (this.#stopping.signal.aborted) return false;
      const gone = attempts === Infinity && (await store.byNumber(queue.subscription)) === undefined;
      if (Date.now() >= until || attempt >= attempts || gone) {
        log.warn({ target: queue.target, attempt, reason }, 'a notification was given up');
        observe('given up', 1);
        return false;
      }
      if (attempt === 1) log.info({ target: queue.target, reason }, 'a notification will be sent again');
      observe('retried', 1);
      await this.#pause(wait);
    }
  }

  #done(queue: Queue, batch: readonly StoredNotification[]): void {
    for (const { id } of batch) this.#settled.add(id);
    queue.waiting = queue.waiting.slice(batch.length);
    this.#inMemory -= batch.length;
  }

  /** Removes delivered notifications, many at once. */
  #settle(): Promise<void> {
    this.#settling = this.#settling
      .catch(() => {})
      .then(async () => {
        const ids = [...this.#settled];
        if (ids.length === 0) return;
        await this.#options.pool.query({
          name: 'settle notifications',
          text: 'DELETE FROM cse.notification WHERE id = ANY ($1::bigint[])',
          values: [ids],
        });
        for (const id of ids) this.#settled.delete(id);
      });
    return this.#settling;
  }

  /** Gives up what is too old or too much; queues notice when they refill. */
  async #trim(): Promise<void> {
    const { pool, log, observe } = this.#options;
    const old = await pool.query('DELETE FROM cse.notification WHERE at < now() - make_interval(secs => $1)', [
      ageMsMax / 1000,
    ]);
    const much = await pool.query(
      `DELETE FROM cse.notification n USING (
         SELECT subscription, target, (array_agg(id ORDER BY id DESC))[$1] AS newest_to_go FROM cse.notification
         GROUP BY subscription, target HAVING count(*) > $1) AS over
       WHERE n.subscription = over.subscription AND n.target = over.target AND n.id <= over.newest_to_go`,
      [pendingMax],
    );
    const count = (old.rowCount ?? 0) + (much.rowCount ?? 0);
    if (count === 0) return;
    observe('given up', count);
    log.warn({ count }, 'notifications that nobody took were given up');
  }

  /** Waits until something is added to the queue, or we stop; not longer than this. */
  async #more(queue: Queue, milliseconds: number): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.min(milliseconds, timerMsMax));
      queue.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    queue.wake = () => {};
  }

  #pause(milliseconds: number): Promise<void> {
    return delay(Math.max(0, milliseconds), undefined, { signal: this.#stopping.signal }).catch(() => {});
  }
}

const parse = ({ body }: StoredNotification): JsonObject => JSON.parse(body) as JsonObject;

/** `m2m:agn`, TS-0004 §6.3.5.12. */
const aggregate = (batch: readonly StoredNotification[]): JsonObject => ({
  'm2m:agn': { 'm2m:sgn': batch.map((notification) => parse(notification)['m2m:sgn'] ?? null) },
});

const maxAge = (attributes: SubscriptionAttributes | undefined): number | undefined =>
  attributes?.ma === undefined ? undefined : fromDuration(attributes.ma);
