import type { StoredNotification } from '../store/committer.ts';
import type { Shelf } from './shelf.ts';

/** Notifications of one queue held in memory; more wait in the store. */
const entriesMax = 256;
const inMemoryMax = 20_000;
/** A longer timer of Node.js would end at once; whoever waits looks again. */
const timerMsMax = 3_600_000;

/** Notifications of one subscription for one target, oldest first: the first ones in memory, the others in the store. */
export class NotificationQueue {
  readonly subscription: number;
  readonly target: string;
  waiting: StoredNotification[] = [];
  /** More wait in the store than in memory. */
  behind = false;
  /** The subscription is gone; what is still to be sent came with its deletion. */
  orphaned = false;
  /** Attempts to send what is at the front, and when the next may be made. */
  attempts = 0;
  retryAt = 0;
  /** Current rate limit window. */
  windowEndsAt = 0;
  sentInWindow = 0;
  /** Only the newest is left of what could not be sent while a schedule forbade it. */
  latestOnly = false;
  readonly #shelf: Shelf;
  #wake: () => void = () => {};

  constructor(subscription: number, target: string, shelf: Shelf) {
    this.subscription = subscription;
    this.target = target;
    this.#shelf = shelf;
  }

  add(notification: StoredNotification): void {
    if (this.behind || this.waiting.length >= entriesMax || this.#shelf.held >= inMemoryMax) this.behind = true;
    else {
      this.waiting.push(notification);
      this.#shelf.held += 1;
    }
    this.wake();
  }

  /** Ends a wait for more. */
  wake(): void {
    this.#wake();
  }

  /** Waits until something is added or changes, or we stop; not longer than this. */
  async more(milliseconds: number): Promise<void> {
    if (this.#shelf.stopping.aborted || milliseconds <= 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.min(milliseconds, timerMsMax));
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = () => {};
  }

  /** Reads on from the store. */
  async refill(upTo = entriesMax): Promise<void> {
    // Cleared first: what is committed while we read sets it again.
    this.behind = false;
    const { pool, settled } = this.#shelf;
    const held = new Set([...this.waiting.map(({ id }) => id), ...settled]);
    const { rows } = await pool.query<{ id: number; body: string; at: Date }>(
      `SELECT id, body, at FROM cse.notification
       WHERE subscription = $1 AND target = $2 AND NOT (id = ANY ($3::bigint[])) ORDER BY id LIMIT $4`,
      [this.subscription, this.target, [...held], upTo],
    );
    const { subscription, target } = this;
    const found = rows.map(({ id, body, at }) => ({ id, subscription, target, body, at: at.getTime() }));
    const known = new Set(found.map(({ id }) => id));
    const complete = rows.length < upTo;
    if (!complete) this.behind = true;
    // What was enqueued while we read may have been read too; and while more is left in the store, the newer has to wait.
    const added = this.waiting.filter(({ id }) => !held.has(id) && !known.has(id));
    this.#hold(
      [...this.waiting.filter(({ id }) => held.has(id)), ...found, ...(complete ? added : [])].sort(
        (one, other) => one.id - other.id,
      ),
    );
  }

  /** Forgets everything but the newest, in the store too. @returns how many were forgotten */
  async keepNewest(): Promise<number> {
    while (this.behind) {
      const newest = this.waiting.slice(-1);
      this.#settle(this.waiting.slice(0, -1));
      this.#hold(newest);
      await this.refill();
    }
    const older = this.waiting.slice(0, -1);
    this.done(older.length);
    return older.length;
  }

  /** Forgets what is in memory; what the store still has is read again. */
  reread(): void {
    this.#hold([]);
    this.behind = true;
  }

  /** The first ones are dealt with. */
  done(count: number): void {
    if (count === 0) return;
    this.#settle(this.waiting.slice(0, count));
    this.#hold(this.waiting.slice(count));
    this.attempts = 0;
    this.retryAt = 0;
  }

  #settle(notifications: readonly StoredNotification[]): void {
    for (const { id } of notifications) this.#shelf.settled.add(id);
  }

  #hold(notifications: StoredNotification[]): void {
    this.#shelf.held += notifications.length - this.waiting.length;
    this.waiting = notifications;
  }
}
