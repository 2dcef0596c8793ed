import type { ResponsePrimitive } from '../primitive.ts';

interface Waiting {
  readonly resolve: (response: ResponsePrimitive) => void;
  readonly reject: (reason: Error) => void;
}

/** Requests this side sent over a connection that carries both directions, until their responses come. */
export class PendingResponses {
  readonly #waiting = new Map<string, Waiting>();
  readonly #max: number;

  /** @param max requests that may wait at once */
  constructor(max: number) {
    this.#max = max;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /**
   * Waits for the response to one request.
   *
   * @param key what tells the response apart, usually the request identifier
   * @throws the reason of the signal; an Error when too many wait, or one with this key
   */
  wait(key: string, signal: AbortSignal): Promise<ResponsePrimitive> {
    if (this.#waiting.size >= this.#max)
      throw new Error(`${this.#max} requests are waiting for their responses already`);
    if (this.#waiting.has(key)) throw new Error(`a request ${key} is waiting for its response already`);
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const forget = (): void => {
        this.#waiting.delete(key);
        signal.removeEventListener('abort', abort);
      };
      const abort = (): void => {
        forget();
        reject(signal.reason instanceof Error ? signal.reason : new Error('no response in time'));
      };
      signal.addEventListener('abort', abort, { once: true });
      this.#waiting.set(key, {
        resolve: (response) => {
          forget();
          resolve(response);
        },
        reject: (reason) => {
          forget();
          reject(reason);
        },
      });
    });
  }

  /** @returns false when nobody waits for it: it came too late, twice, or was never asked for */
  settle(key: string, response: ResponsePrimitive): boolean {
    const waiting = this.#waiting.get(key);
    waiting?.resolve(response);
    return waiting !== undefined;
  }

  /** The connection is gone: nobody will answer any more. */
  failAll(reason: Error): void {
    for (const { reject } of [...this.#waiting.values()]) reject(reason);
  }
}
