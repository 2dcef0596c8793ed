import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { Session } from '../primitive.ts';

interface Bucket {
  /** Requests that may come at once; below zero: those that wait. */
  left: number;
  /** When that was so, milliseconds of the monotonic clock. */
  at: number;
}

const bucketsMax = 20_000;

/**
 * How often one originator may ask: token buckets that hold one second's requests. A bucket belongs to an originator and
 * the credential it showed, so that nobody uses up the requests of another by claiming to be that other.
 */
export class RatePerOriginator {
  readonly #perSecond: number;
  readonly #buckets = new LRUCache<string, Bucket>({ max: bucketsMax });

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** Counts a request. @returns false when it is one too many, and then does not count it */
  permits(session: Session | undefined, originator: string | undefined): boolean {
    const bucket = this.#filled(session, originator);
    if (bucket.left < 1) return false;
    bucket.left -= 1;
    return true;
  }

  /** Counts a request. @returns resolves when its turn has come; undefined when it has come already */
  turn(session: Session | undefined, originator: string | undefined): Promise<void> | undefined {
    const bucket = this.#filled(session, originator);
    bucket.left -= 1;
    return bucket.left >= 0 ? undefined : delay((-bucket.left / this.#perSecond) * 1000);
  }

  #filled(session: Session | undefined, originator = ''): Bucket {
    const key = `${originator} ${session?.credentialId ?? ''}`;
    const now = performance.now();
    const known = this.#buckets.get(key);
    if (known === undefined) {
      const bucket = { left: this.#perSecond, at: now };
      this.#buckets.set(key, bucket);
      return bucket;
    }
    known.left = Math.min(this.#perSecond, known.left + ((now - known.at) / 1000) * this.#perSecond);
    known.at = now;
    return known;
  }
}
