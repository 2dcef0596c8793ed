import type pg from 'pg';
import { type Log, messageOf } from '#platform';
import { aggregationOf } from '../groups/aggregation-policy.ts';
import type { ResponsePrimitive } from '../primitive.ts';
import { pendingNotification } from '../resources/enumerations.ts';
import type { SubscriptionAttributes } from '../resources/index.ts';
import type { StoredNotification } from '../store/committer.ts';
import type { Resource } from '../store/resource.ts';
import type { Store } from '../store/store.ts';
import type { CommittedChange } from '../store/write.ts';
import { category, compose, dropAged, type Message, maxAge, mayGo, single } from './message.ts';
import { NotificationQueue } from './queue.ts';
import { ageMsMax, giveUpSurplus } from './retention.ts';
import { send } from './send.ts';
import { Shelf } from './shelf.ts';
import type { Targets } from './targets.ts';
import type { Windows } from './windows.ts';

const firstRetryMs = 500;
const longestRetryMs = 60_000;
/** Attempts for a notice about a subscription that is gone. */
const noticeAttempts = 5;
const settleEveryMs = 50;
const trimEveryMs = 60_000;
const groupType = 9;
export type DeliveryOutcome = 'delivered' | 'refused' | 'retried' | 'given up' | 'not scheduled';

export interface DeliveryOptions {
  readonly pool: pg.Pool;
  readonly store: Store;
  readonly targets: Targets;
  readonly windows: Windows;
  readonly log: Log;
  /** How long `bn` without `dur` waits. */
  readonly batchMs: number;
  /** Notifications that may wait for one target. */
  readonly perTargetMax: number;
  /** Each attempt, for `nsi`. @param events how many the message tells of */
  readonly attempted: (subscription: Resource, target: string, events: number, answered: boolean) => void;
  /** After each successful delivery, for `exc` and wishes of the target. */
  readonly delivered: (subscription: Resource, target: string, answer: ResponsePrimitive) => Promise<void>;
  readonly observe: (outcome: DeliveryOutcome, count: number) => void;
}

/**
 * Delivers stored notifications: one queue per subscription and target, each in order and independent of all others, so
 * that one that does not answer holds up nobody else. What a subscription says about batches, rate and schedules is looked
 * at before each attempt, in the order of TS-0004 §7.5.1.2.2. A notification leaves the store once it is delivered; after
 * a crash delivery goes on with what is left (at least once).
 */
export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #queues = new Map<string, NotificationQueue>();
  readonly #stopping = new AbortController();
  readonly #workers = new Set<Promise<void>>();
  readonly #timers: NodeJS.Timeout[] = [];
  /** Queues that wait for a schedule. */
  readonly #closed = new Set<NotificationQueue>();
  readonly #shelf: Shelf;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#shelf = new Shelf(options.pool, this.#stopping.signal);
  }

  /** Takes up what a previous run left, and starts delivering. */
  async start(): Promise<void> {
    const retry = (what: string) => (error: unknown) =>
      this.#options.log.warn({ reason: messageOf(error) }, `${what}; trying again`);
    this.#timers.push(
      setInterval(() => void this.#shelf.clear().catch(retry('delivered notifications stay stored')), settleEveryMs),
      setInterval(() => void this.#trim().catch(retry('old notifications stay stored')), trimEveryMs),
    );
    await this.takeUpStored();
  }

  /** Notifications in memory. */
  get depth(): number {
    return this.#shelf.held;
  }

  /** Queues, that is pairs of subscription and target, with something to deliver. */
  get queues(): number {
    return this.#queues.size;
  }

  /** Takes over what was just committed, in the order of commits. */
  enqueue(notifications: readonly StoredNotification[]): void {
    for (const notification of notifications)
      this.#queueFor(notification.subscription, notification.target).add(notification);
  }

  /** Looks in the store for queues that nobody told of. */
  async takeUpStored(): Promise<void> {
    const { rows } = await this.#options.pool.query<{ subscription: number; target: string }>(
      'SELECT DISTINCT subscription, target FROM cse.notification',
    );
    for (const { subscription, target } of rows) this.takeUp(subscription, target);
  }

  /** Looks in the store for notifications of one queue. */
  takeUp(subscription: number, target: string): void {
    const queue = this.#queueFor(subscription, target);
    queue.behind = true;
    queue.wake();
  }

  /** Lets queues look again when what they wait for may have changed. */
  changed({ resource: { no, ty, attributes } }: CommittedChange): void {
    if (this.#queues.size === 0) return;
    if (ty === 23 || ty === 48) {
      const { nu } = attributes as unknown as SubscriptionAttributes;
      for (const target of nu) this.#queues.get(key(no, target))?.wake();
    } else if (ty === groupType) {
      for (const queue of this.#queues.values()) if (queue.subscription === no) queue.wake();
    } else if (this.#closed.size > 0 && (ty === 18 || ty === 14 || ty === 2)) {
      for (const queue of this.#closed) queue.wake();
    }
  }

  /** Ends deliveries under way; what is not delivered stays stored. */
  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#stopping.abort();
    for (const queue of this.#queues.values()) queue.wake();
    await Promise.allSettled(this.#workers);
    await this.#shelf.clear().catch((error: unknown) => {
      this.#options.log.warn(
        { reason: messageOf(error) },
        'delivered notifications stay stored and will be sent again',
      );
    });
  }

  #queueFor(subscription: number, target: string): NotificationQueue {
    const known = this.#queues.get(key(subscription, target));
    if (known !== undefined) return known;
    const queue = new NotificationQueue(subscription, target, this.#shelf);
    this.#queues.set(key(subscription, target), queue);
    const worker = this.#work(queue).finally(() => this.#workers.delete(worker));
    this.#workers.add(worker);
    return queue;
  }

  async #work(queue: NotificationQueue): Promise<void> {
    await null; // whoever made the queue fills it first
    while (!this.#stopping.signal.aborted) {
      try {
        if (queue.waiting.length === 0 && queue.behind) await queue.refill();
        if (queue.waiting.length === 0) {
          if (queue.behind) continue;
          // The window of a rate limit outlives what was sent in it.
          const windowLeftMs = queue.windowEndsAt - Date.now();
          if (windowLeftMs > 0) {
            await queue.more(windowLeftMs);
            continue;
          }
          this.#queues.delete(key(queue.subscription, queue.target));
          return;
        }
        await this.#deliverNext(queue);
      } catch (error) {
        if (this.#stopping.signal.aborted) return;
        this.#options.log.warn({ target: queue.target, reason: messageOf(error) }, 'a notification queue pauses');
        await queue.more(firstRetryMs);
      }
    }
  }

  /** One step: a message sent, dropped, or something waited for. */
  async #deliverNext(queue: NotificationQueue): Promise<void> {
    const subscription = await this.#options.store.byNumber(queue.subscription);
    if (subscription === undefined) return this.#deliverNotice(queue);
    const attributes = policiesOf(subscription);
    const aged = dropAged(queue, attributes);
    if (aged > 0) this.#options.observe('given up', aged);
    if (queue.waiting.length === 0 || !(await mayGo(queue, attributes))) return;
    const message = await compose(queue, attributes, this.#options.batchMs);
    if (message === undefined || !(await this.#isOpen(queue, attributes, message))) return;
    await this.#attempt(queue, message, subscription);
  }

  /**
   * What came with the deletion of a subscription; nothing of what it had not sent before (TS-0004 §7.4.8.2.4). That is
   * what the store has left.
   */
  async #deliverNotice(queue: NotificationQueue): Promise<void> {
    if (!queue.orphaned) {
      queue.orphaned = true;
      queue.reread();
      return;
    }
    const notice = single(queue.waiting.slice(0, 1), undefined);
    if (notice !== undefined) await this.#attempt(queue, notice, undefined);
  }

  /** Whether schedules let a message go; otherwise does with it what `pn` says (TS-0004 §7.5.1.2.2, steps 3 and 4). */
  async #isOpen(queue: NotificationQueue, attributes: SubscriptionAttributes, message: Message): Promise<boolean> {
    const { windows, observe } = this.#options;
    // What is immediate disregards the subscription's own schedule, but not whether the target can be reached.
    const own = attributes.nec === category.immediate ? 0 : await windows.untilOpen(queue.subscription);
    const waitMs = Math.max(own, await windows.untilReachable(queue.target));
    if (waitMs === 0) return true;
    if (attributes.pn === undefined) {
      queue.done(message.count);
      observe('not scheduled', message.count);
      return false;
    }
    if (attributes.pn === pendingNotification.of.sendLatest) {
      queue.latestOnly = true;
      observe('not scheduled', await queue.keepNewest());
    }
    this.#closed.add(queue);
    await queue.more(waitMs);
    this.#closed.delete(queue);
    return false; // looks again: the schedule may have changed
  }

  async #attempt(queue: NotificationQueue, message: Message, subscription: Resource | undefined): Promise<void> {
    const { log, observe, attempted, delivered } = this.#options;
    const { target } = queue;
    const waitMs = queue.retryAt - Date.now();
    if (waitMs > 0) {
      await this.#pause(queue, waitMs);
      return;
    }
    const result = await send(this.#options.targets, target, message, this.#stopping.signal);
    if (this.#stopping.signal.aborted && result.answer === undefined) return;
    if (subscription !== undefined) attempted(subscription, target, message.count, result.answer !== undefined);
    if (result.delivered) {
      observe('delivered', 1);
      queue.sentInWindow += 1;
      queue.latestOnly = false;
      queue.done(message.count);
      if (subscription !== undefined && result.answer !== undefined)
        await delivered(subscription, target, result.answer);
      return;
    }
    queue.attempts += 1;
    const attributes = subscription?.attributes as unknown as SubscriptionAttributes | undefined;
    const until = message.at + (maxAge(attributes) ?? ageMsMax);
    const givenUp = Date.now() >= until || (subscription === undefined && queue.attempts >= noticeAttempts);
    if (result.final || givenUp) {
      const { reason } = result;
      if (result.final) log.info({ target, reason }, 'a subscriber refused a notification');
      else log.warn({ target, attempt: queue.attempts, reason }, 'a notification was given up');
      observe(result.final ? 'refused' : 'given up', message.count);
      queue.done(message.count);
      return;
    }
    if (queue.attempts === 1) log.info({ target, reason: result.reason }, 'a notification will be sent again');
    observe('retried', 1);
    queue.retryAt = Date.now() + Math.min(firstRetryMs * 2 ** (queue.attempts - 1), longestRetryMs);
  }

  /** Waits although more is added: what is at the front has its time. */
  async #pause(queue: NotificationQueue, milliseconds: number): Promise<void> {
    const until = Date.now() + milliseconds;
    for (let left = milliseconds; left > 0 && !this.#stopping.signal.aborted; left = until - Date.now()) {
      await queue.more(left);
      // A subscription that was deleted or changed need not wait for its target.
      if ((await this.#options.store.byNumber(queue.subscription)) === undefined && !queue.orphaned) return;
    }
  }

  /** Gives up what is too old or too much; queues notice when they refill. */
  async #trim(): Promise<void> {
    const { pool, log, observe } = this.#options;
    const count = await giveUpSurplus(pool, this.#options.perTargetMax);
    if (count === 0) return;
    observe('given up', count);
    log.warn({ count }, 'notifications that nobody took were given up');
  }
}

/** What is to be heeded in delivering: the attributes of a subscription, or how a group collects for its subscribers. */
const policiesOf = (sender: Resource): SubscriptionAttributes =>
  (sender.ty === groupType
    ? { ...sender.attributes, bn: aggregationOf(sender) }
    : sender.attributes) as unknown as SubscriptionAttributes;

const key = (subscription: number, target: string): string => `${subscription} ${target}`;
