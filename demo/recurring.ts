import { setTimeout as delay } from 'node:timers/promises';
import { type Log, messageOf } from '#platform';

/** Lets a bounded number of messages a second leave the fleet, however many devices are due. */
export class RateLimit {
  readonly #spacingMs: number;
  #nextAtMs = 0;

  constructor(perSecondMax: number) {
    this.#spacingMs = 1000 / perSecondMax;
  }

  /** Resolves when it is this caller's turn. */
  async turn(signal: AbortSignal): Promise<void> {
    const now = performance.now();
    const atMs = Math.max(now, this.#nextAtMs);
    this.#nextAtMs = atMs + this.#spacingMs;
    if (atMs > now) await delay(atMs - now, undefined, { signal });
  }
}

/**
 * Does something at intervals until `signal` aborts. A failure (the platform is away) is logged and the next turn tries
 * again; a device in the field does no more than that.
 *
 * @param firstAfterMs spreads devices over their interval
 */
export async function recurring(
  options: { readonly everyMs: number; readonly firstAfterMs: number; readonly signal: AbortSignal; readonly log: Log },
  task: () => Promise<void>,
): Promise<void> {
  const { everyMs, firstAfterMs, signal, log } = options;
  let dueAtMs = performance.now() + firstAfterMs;
  while (!signal.aborted) {
    try {
      await delay(Math.max(0, dueAtMs - performance.now()), undefined, { signal });
      await task();
    } catch (error) {
      if (signal.aborted) return;
      log.warn({ reason: messageOf(error) }, 'a message was not delivered');
    }
    // After an outage a device goes on from now; it does not make up for the turns it missed.
    dueAtMs = Math.max(dueAtMs + everyMs, performance.now());
  }
}

const firstPauseMs = 500;
const longestPauseMs = 15_000;

/** Tries until it succeeds or `signal` aborts, with growing pauses. */
export async function persistently<T>(signal: AbortSignal, log: Log, what: string, task: () => Promise<T>): Promise<T> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
    try {
      return await task();
    } catch (error) {
      signal.throwIfAborted();
      log.warn({ reason: messageOf(error), again: `in ${pauseMs} ms` }, `${what} failed`);
      await delay(pauseMs, undefined, { signal });
    }
  }
}

/** Runs tasks, a bounded number at once. @throws the first error, after which no further task is started */
export async function concurrently<T>(
  items: readonly T[],
  atOnceMax: number,
  task: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = items.values();
  const work = async () => {
    for (const item of waiting) await task(item);
  };
  await Promise.all(Array.from({ length: Math.min(atOnceMax, items.length) }, work));
}
