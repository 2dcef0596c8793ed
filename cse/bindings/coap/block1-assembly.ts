import { LRUCache } from 'lru-cache';
import type { Block } from './block.ts';

interface Transfer {
  readonly peer: string;
  parts: Buffer[];
  /** Where the next block has to begin, bytes. */
  next: number;
  /** Where the last one began: it may come again. */
  last: number;
}

/** What a block leads to: the whole payload, a code to go on with (2.31), or one to refuse with. */
export type BlockOutcome = { readonly whole: Buffer } | { readonly code: '2.31' | '4.08' | '4.13' | '5.03' };

const transfersMax = 256;
const transfersPerPeerMax = 8;

/**
 * Puts requests together that come in blocks (RFC 7959 §2.5). Blocks belong together by peer and request, not by token:
 * clients may use a new token for each. They have to follow each other; size and number of unfinished transfers are
 * bounded.
 */
export class Block1Assembly {
  readonly #bytesMax: number;
  readonly #transfers: LRUCache<string, Transfer>;

  /** @param lifetimeMs how long a transfer may take */
  constructor(bytesMax: number, lifetimeMs: number) {
    this.#bytesMax = bytesMax;
    this.#transfers = new LRUCache({ max: transfersMax, ttl: lifetimeMs });
  }

  /** @param request what the blocks of one request have in common */
  add(peer: string, request: string, block: Block, payload: Buffer): BlockOutcome {
    const start = block.num * block.size;
    if (block.more && payload.length !== block.size) return { code: '4.08' };
    if (start + payload.length > this.#bytesMax) return { code: '4.13' };
    const key = `${peer} ${request}`;
    if (block.num === 0) {
      if (!block.more) return { whole: payload };
      if (!this.#transfers.has(key) && this.#isFull(peer)) return { code: '5.03' };
      this.#transfers.set(key, { peer, parts: [Buffer.from(payload)], next: payload.length, last: 0 });
      return { code: '2.31' };
    }
    const transfer = this.#transfers.get(key);
    if (transfer === undefined) return { code: '4.08' };
    if (start === transfer.last && block.more) return { code: '2.31' };
    if (start !== transfer.next) return { code: '4.08' };
    transfer.parts.push(Buffer.from(payload));
    transfer.last = start;
    transfer.next = start + payload.length;
    if (block.more) return { code: '2.31' };
    this.#transfers.delete(key);
    return { whole: Buffer.concat(transfer.parts) };
  }

  #isFull(peer: string): boolean {
    this.#transfers.purgeStale();
    if (this.#transfers.size >= transfersMax) return true;
    let ofPeer = 0;
    for (const transfer of this.#transfers.values()) if (transfer.peer === peer) ofPeer += 1;
    return ofPeer >= transfersPerPeerMax;
  }
}
