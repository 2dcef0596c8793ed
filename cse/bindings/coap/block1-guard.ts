import { LRUCache } from 'lru-cache';

/** Value of a Block option, RFC 7959 §2.2. */
export interface Block {
  readonly num: number;
  readonly more: boolean;
  /** Bytes, a power of two from 16 to 1024. */
  readonly size: number;
}

/** @returns undefined when it is malformed: longer than three bytes, or the reserved size exponent 7 */
export function readBlock(value: Buffer): Block | undefined {
  if (value.length > 3) return undefined;
  const number = value.length === 0 ? 0 : value.readUIntBE(0, value.length);
  const exponent = number & 7;
  return exponent === 7 ? undefined : { num: number >> 4, more: (number & 8) !== 0, size: 2 ** (exponent + 4) };
}

/** Shortest form of a Block option. */
export function writeBlock({ num, more, size }: Block): Buffer {
  const number = (num << 4) | (more ? 8 : 0) | (Math.log2(size) - 4);
  if (number === 0) return Buffer.alloc(0);
  const bytes = number > 0xffff ? 3 : number > 0xff ? 2 : 1;
  const value = Buffer.alloc(bytes);
  value.writeUIntBE(number, 0, bytes);
  return value;
}

const transfersMax = 256;
const transfersPerPeerMax = 8;

interface Transfer {
  readonly peer: string;
  /** Where the next block has to begin, bytes. */
  next: number;
  /** Where the last one began: it may come again. */
  last: number;
}

/**
 * Watches requests that come in blocks. The library collects them without a bound and trips over blocks that do not
 * follow each other; only what goes on where it stopped, and not for ever, is let through to it.
 */
export class Block1Guard {
  readonly #bytesMax: number;
  readonly #transfers: LRUCache<string, Transfer>;

  /** @param lifetimeMs how long the library keeps an unfinished transfer */
  constructor(bytesMax: number, lifetimeMs: number) {
    this.#bytesMax = bytesMax;
    this.#transfers = new LRUCache({ max: transfersMax * 2, ttl: lifetimeMs });
  }

  /** @returns the CoAP code to refuse with: 4.08 out of order, 4.13 too large, 5.03 too many at once */
  check(peer: string, token: Buffer, block: Block, payloadBytes: number): '4.08' | '4.13' | '5.03' | undefined {
    const start = block.num * block.size;
    // Without a token the library cannot tell transfers apart.
    if (token.length === 0 || (block.more && payloadBytes !== block.size)) return '4.08';
    if (start + payloadBytes > this.#bytesMax) return '4.13';
    const key = `${peer} ${token.toString('hex')}`;
    const known = this.#transfers.get(key);
    if (block.num === 0) {
      if (known === undefined && block.more && this.#isFull(peer)) return '5.03';
      this.#transfers.set(key, { peer, next: payloadBytes, last: 0 });
    } else if (known === undefined || (start !== known.next && start !== known.last)) return '4.08';
    else {
      known.last = start;
      known.next = start + payloadBytes;
    }
    if (!block.more) this.#transfers.delete(key);
    return undefined;
  }

  #isFull(peer: string): boolean {
    this.#transfers.purgeStale();
    if (this.#transfers.size >= transfersMax) return true;
    let ofPeer = 0;
    for (const transfer of this.#transfers.values()) if (transfer.peer === peer) ofPeer += 1;
    return ofPeer >= transfersPerPeerMax;
  }
}
