import type { Answer } from '../procedures/call.ts';

/** Between two partial results of one request. */
const everyMs = 500;

/**
 * What a group has gathered so far, for the <request> that stands for it (TS-0004 §7.4.14.2.5). Written now and then, and
 * never while the one before is being written: members may answer by the hundred.
 */
export class PartialResults {
  readonly #write: (soFar: Answer) => Promise<void>;
  #writing: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(write: (soFar: Answer) => Promise<void>) {
    this.#write = write;
  }

  changed(soFar: () => Answer): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#writing = this.#writing.then(() => this.#write(soFar())).catch(() => {});
    }, everyMs);
  }

  /** Writes nothing more; resolves when nothing is being written. */
  async ended(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#writing;
  }
}
