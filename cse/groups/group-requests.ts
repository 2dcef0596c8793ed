import { LRUCache } from 'lru-cache';

/** Longer than any request takes. */
const keptMs = 15 * 60_000;
const targetsMax = 200_000;

/**
 * Requests that came through groups, by their group request identifier: one is carried out once on each target, however
 * many groups lead there, and groups that hold each other come to an end (TS-0004 §7.3.3.2).
 */
export class GroupRequests {
  readonly #targets = new LRUCache<string, true>({ max: targetsMax, ttl: keptMs });
  readonly #spent = new LRUCache<string, number>({ max: targetsMax, ttl: keptMs });
  readonly #requestsMax: number;

  /** @param requestsMax requests that one may become at this CSE */
  constructor(requestsMax: number) {
    this.#requestsMax = requestsMax;
  }

  /** @returns false when this target has had the request already */
  claim(gid: string, target: string): boolean {
    const key = `${gid} ${target}`;
    if (this.#targets.has(key)) return false;
    this.#targets.set(key, true);
    return true;
  }

  /** Counts requests about to be sent on. @returns false when they would be too many, and none is counted */
  spend(gid: string, count: number): boolean {
    const spent = (this.#spent.get(gid) ?? 0) + count;
    if (spent > this.#requestsMax) return false;
    this.#spent.set(gid, spent);
    return true;
  }
}
