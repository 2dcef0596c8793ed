import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { ResponsePrimitive } from '../../primitive.ts';

const retransmissionMs = 10 * 60_000;
const replayMs = 30_000;
const rememberedMax = 10_000;

interface Answer {
  readonly at: number;
  readonly response: Promise<ResponsePrimitive>;
}

/**
 * Recognises packets that arrive again, so that a request is carried out once: QoS 1 delivers at least once, and clients
 * repeat what was not acknowledged when they reconnect. The same bytes count as a repetition for ten minutes when the
 * packet is marked DUP, else for thirty seconds (request identifiers may be used again, TS-0001 §7.1.7). Kept in memory
 * only.
 */
export class Replays {
  readonly #answers = new LRUCache<string, Answer>({ max: rememberedMax, ttl: retransmissionMs });

  /** Carries the request out, or gives the response of the first time. */
  once(
    message: { readonly topic: string; readonly payload: Uint8Array; readonly dup: boolean },
    execute: () => Promise<ResponsePrimitive>,
  ): { readonly response: Promise<ResponsePrimitive>; readonly repeated: boolean } {
    const key = createHash('sha256').update(message.topic).update('\0').update(message.payload).digest('base64');
    const known = this.#answers.get(key);
    if (known !== undefined && Date.now() - known.at < (message.dup ? retransmissionMs : replayMs)) {
      return { response: known.response, repeated: true };
    }
    const response = execute();
    this.#answers.set(key, { at: Date.now(), response });
    return { response, repeated: false };
  }
}
