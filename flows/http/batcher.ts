export interface BatcherOptions<Item, Result> {
  readonly sizeMax: number;
  /** How long a first item waits for company. */
  readonly waitMs: number;
  /** Items that may wait; `room` tells when there is space again. */
  readonly queueMax: number;
  /** Carries one batch; results stand in the order of the items. */
  readonly send: (items: readonly Item[]) => Promise<readonly Result[]>;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** Gathers single items into batches, one batch under way at a time, so that the order of items is kept. */
export class Batcher<Item, Result> {
  readonly #options: BatcherOptions<Item, Result>;
  #queue: Waiting<Item, Result>[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isSending = false;

  constructor(options: BatcherOptions<Item, Result>) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  /**
   * @returns the result of this item, once its batch has been carried
   * @throws RangeError when the queue is full, or what `send` threw for the batch
   */
  add(item: Item): Promise<Result> {
    if (this.#queue.length >= this.#options.queueMax) {
      return Promise.reject(new RangeError(`${this.#options.queueMax} items are waiting already`));
    }
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    this.#queue.push({ item, resolve, reject });
    this.#schedule();
    return promise;
  }

  #schedule(): void {
    if (this.#isSending || this.#queue.length === 0) return;
    if (this.#queue.length >= this.#options.sizeMax) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      void this.#flush();
      return;
    }
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#flush();
    }, this.#options.waitMs);
  }

  async #flush(): Promise<void> {
    if (this.#isSending) return;
    const batch = this.#queue.splice(0, this.#options.sizeMax);
    if (batch.length === 0) return;
    this.#isSending = true;
    try {
      const results = await this.#options.send(batch.map(({ item }) => item));
      batch.forEach(({ resolve, reject }, index) => {
        const result = results[index];
        if (result === undefined) reject(new Error('the answer does not say what became of this item'));
        else resolve(result);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      this.#isSending = false;
      this.#schedule();
    }
  }
}
