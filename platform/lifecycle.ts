import { messageOf } from './errors.ts';
import type { Log } from './log.ts';

/**
 * What has been started, so that it can be stopped in reverse order. One part that hangs or fails while stopping
 * neither hides nor blocks the others: each has a bounded time.
 */
export class Lifecycle {
  readonly #log: Log;
  readonly #stopping: { name: string; timeoutMs: number; stop: () => unknown }[] = [];
  #stopped: Promise<void> | undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Registers how to stop something that has just been started. */
  onStop(name: string, stop: () => unknown, timeoutMs = 15_000): void {
    this.#stopping.push({ name, stop, timeoutMs });
  }

  /** Stops everything, last started first. Calling it again returns the same promise. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stopAll();
    return this.#stopped;
  }

  async #stopAll(): Promise<void> {
    for (const { name, stop, timeoutMs } of this.#stopping.reverse()) {
      let timer: NodeJS.Timeout | undefined;
      const tooLong = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`still stopping after ${timeoutMs} ms`)), timeoutMs);
      });
      try {
        await Promise.race([Promise.resolve(stop()), tooLong]);
      } catch (error) {
        this.#log.error({ part: name, reason: messageOf(error) }, 'a part did not stop cleanly');
      } finally {
        clearTimeout(timer);
      }
    }
  }
}
