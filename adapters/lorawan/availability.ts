import { setTimeout as delay } from 'node:timers/promises';

const firstPauseMs = 250;
const longestPauseMs = 10_000;

/**
 * Whether the CSE can be reached, shared by everybody who waits for it: after a failure all wait for the same pause,
 * which doubles up to ten seconds, instead of each trying on its own.
 */
export class Availability {
  #pauseMs = 0;
  #opening: Promise<void> | undefined;

  /** Resolves when it is worth trying; rejects when `signal` aborts. */
  async whenWorthTrying(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (!this.#opening) return;
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await Promise.race([this.#opening, aborted]);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  failed(): void {
    if (this.#opening) return;
    this.#pauseMs = Math.min(longestPauseMs, Math.max(firstPauseMs, this.#pauseMs * 2));
    this.#opening = delay(this.#pauseMs, undefined, { ref: false }).then(() => {
      this.#opening = undefined;
    });
  }

  succeeded(): void {
    this.#pauseMs = 0;
  }

  get isDown(): boolean {
    return this.#pauseMs > 0;
  }
}
