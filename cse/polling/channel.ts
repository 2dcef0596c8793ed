import { randomUUID } from 'node:crypto';
import type { RequestPrimitive, ResponsePrimitive } from '../primitive.ts';
import { Refused } from '../refusal.ts';

export interface ChannelLimits {
  /** Requests that may wait in one channel. */
  readonly queueMax: number;
  /** Polls that may wait in one channel; beyond, the oldest ends. */
  readonly pollsMax: number;
  /** A request that was handed out and not answered is offered again after this time, ms. */
  readonly repeatMs: number;
}

/** A request for whoever polls, until it is answered. */
interface Entry {
  readonly request: RequestPrimitive;
  /** Handed to a poll, and neither answered nor given back. */
  offered: boolean;
  repeat: NodeJS.Timeout | undefined;
  readonly settle: (outcome: ResponsePrimitive | Error) => void;
}

interface Poll {
  readonly atMost: number;
  readonly end: (requests: readonly RequestPrimitive[]) => void;
}

/**
 * Requests for an AE or CSE that cannot be reached but polls (TS-0001 §10.2.5.17 to §10.2.5.19). A request stays here
 * until its answer comes or its time is over: what was handed to a poll that never got it is offered again.
 */
export class PollingChannel {
  readonly #limits: ChannelLimits;
  /** By request identifier, in the order of arrival. */
  readonly #entries = new Map<string, Entry>();
  readonly #polls: Poll[] = [];

  constructor(limits: ChannelLimits) {
    this.#limits = limits;
  }

  get isIdle(): boolean {
    return this.#entries.size === 0 && this.#polls.length === 0;
  }

  /** Requests without an answer. */
  get depth(): number {
    return this.#entries.size;
  }

  /** Polls that wait for a request. */
  get polls(): number {
    return this.#polls.length;
  }

  /**
   * Hands a request to the next poll and waits for the answer.
   *
   * @throws Refused TARGET_NOT_REACHABLE when too many wait; the reason of the signal
   */
  send(request: RequestPrimitive, signal: AbortSignal): Promise<ResponsePrimitive> {
    signal.throwIfAborted();
    const { queueMax } = this.#limits;
    if (this.#entries.size >= queueMax)
      throw new Refused('TARGET_NOT_REACHABLE', `${queueMax} requests wait in the polling channel already`);
    // Identifiers are unique for one originator only.
    const rqi = this.#entries.has(request.rqi) ? randomUUID() : request.rqi;
    return new Promise((resolve, reject) => {
      const abort = (): void => settle(signal.reason instanceof Error ? signal.reason : new Error('called off'));
      const settle = (outcome: ResponsePrimitive | Error): void => {
        signal.removeEventListener('abort', abort);
        clearTimeout(entry.repeat);
        this.#entries.delete(rqi);
        if (outcome instanceof Error) reject(outcome);
        else resolve(outcome);
      };
      const entry: Entry = { request: { ...request, rqi }, offered: false, repeat: undefined, settle };
      signal.addEventListener('abort', abort, { once: true });
      this.#entries.set(rqi, entry);
      this.#dispatch();
    });
  }

  /**
   * Waits for requests.
   *
   * @param atMost 1, or more when requests may be aggregated
   * @returns empty when none came before the signal, or a newer poll took the place
   */
  poll(atMost: number, signal: AbortSignal): Promise<readonly RequestPrimitive[]> {
    if (signal.aborted) return Promise.resolve([]);
    return new Promise((resolve) => {
      const abort = (): void => poll.end([]);
      const poll: Poll = {
        atMost,
        end: (requests) => {
          signal.removeEventListener('abort', abort);
          const place = this.#polls.indexOf(poll);
          if (place >= 0) this.#polls.splice(place, 1);
          resolve(requests);
        },
      };
      signal.addEventListener('abort', abort, { once: true });
      if (this.#polls.length >= this.#limits.pollsMax) this.#polls[0]?.end([]);
      this.#polls.push(poll);
      this.#dispatch();
    });
  }

  /** Takes back requests that did not reach the poller. */
  offerAgain(requests: readonly RequestPrimitive[]): void {
    for (const { rqi } of requests) {
      const entry = this.#entries.get(rqi);
      if (entry === undefined) continue;
      clearTimeout(entry.repeat);
      entry.offered = false;
    }
    this.#dispatch();
  }

  /** @returns false when no request waits for this answer: it came twice or too late, or was never asked for */
  answer(response: ResponsePrimitive): boolean {
    const entry = this.#entries.get(response.rqi);
    entry?.settle(response);
    return entry !== undefined;
  }

  /** Ends everything that waits. */
  end(reason: Refused): void {
    for (const { settle } of [...this.#entries.values()]) settle(reason);
    for (const { end } of [...this.#polls]) end([]);
  }

  #dispatch(): void {
    while (this.#polls.length > 0) {
      const [poll] = this.#polls;
      const next = [...this.#entries.values()].filter(({ offered }) => !offered).slice(0, poll?.atMost);
      if (poll === undefined || next.length === 0) return;
      for (const entry of next) {
        entry.offered = true;
        entry.repeat = setTimeout(() => this.offerAgain([entry.request]), this.#limits.repeatMs);
      }
      poll.end(next.map(({ request }) => request));
    }
  }
}
