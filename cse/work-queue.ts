import { type Log, messageOf } from '#platform';

const stopWithinMs = 5_000;

type Job = () => Promise<void>;

/** Work of the CSE's own: in order for one key, at the same time for different keys, never more than a bound. */
export class WorkQueue {
  readonly #log: Log;
  readonly #waitingMax: number;
  readonly #byKey = new Map<string, Job[]>();
  #waiting = 0;
  #stopped = false;
  #idle: (() => void)[] = [];

  constructor(options: { readonly log: Log; readonly waitingMax: number }) {
    this.#log = options.log;
    this.#waitingMax = options.waitingMax;
  }

  /** @returns false when too much waits already, or the queue has been stopped; then the job is not done */
  add(key: string, job: Job): boolean {
    if (this.#stopped || this.#waiting >= this.#waitingMax) return false;
    this.#waiting += 1;
    const jobs = this.#byKey.get(key);
    if (jobs === undefined) {
      this.#byKey.set(key, [job]);
      void this.#run(key);
    } else jobs.push(job);
    return true;
  }

  /** Takes nothing more, and gives what waits a few seconds to be done. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#waiting === 0) return;
    const idle = new Promise<void>((resolve) => this.#idle.push(resolve));
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, stopWithinMs);
    });
    await Promise.race([idle, tooLate]);
    clearTimeout(timer);
    for (const jobs of this.#byKey.values()) jobs.length = Math.min(jobs.length, 1);
  }

  async #run(key: string): Promise<void> {
    for (;;) {
      const job = this.#byKey.get(key)?.[0];
      if (job === undefined) break;
      await job().catch((error: unknown) => this.#log.warn({ key, reason: messageOf(error) }, 'a task failed'));
      this.#byKey.get(key)?.shift();
      this.#waiting -= 1;
    }
    this.#byKey.delete(key);
    if (this.#byKey.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }
}
