import type { Asker } from '../access/access.ts';
import { Refused } from '../refusal.ts';

export interface PendingLimits {
  readonly pendingMax: number;
  readonly pendingPerOriginatorMax: number;
}

/** An accepted request whose operation is not finished. */
export interface Pending {
  /** Number of its <request>. */
  readonly no: number;
  readonly originator: string;
  /** Request identifier. */
  readonly rqi: string;
  /** Who asks, as it was established; not known of requests that a previous run accepted. */
  readonly asker?: Asker;
  begun: boolean;
  callOff: () => void;
}

/** What one originator has under way. Each has its own line, so that one whose operations take long holds up nobody else. */
interface Share {
  count: number;
  running: number;
  readonly due: Pending[];
  /** Numbers of <request> resources, by request identifier. */
  readonly numbers: Map<string, number>;
}

/** Counts what is pending, altogether and for each originator, and refuses what would be too much. */
export class Shares {
  readonly #limits: PendingLimits;
  readonly #shares = new Map<string, Share>();
  #count = 0;

  constructor(limits: PendingLimits) {
    this.#limits = limits;
  }

  get count(): number {
    return this.#count;
  }

  of(originator: string): Share | undefined {
    return this.#shares.get(originator);
  }

  /** @throws Refused INTERNAL_SERVER_ERROR when there are too many */
  reserve(originator: string): void {
    const { pendingMax, pendingPerOriginatorMax } = this.#limits;
    const refuse = (limit: string): never => {
      throw new Refused('INTERNAL_SERVER_ERROR', `rt, oet: ${limit}; try again when some are finished`);
    };
    if (this.#count >= pendingMax) refuse(`${pendingMax} requests are pending (cse.requestsPendingMax)`);
    if ((this.of(originator)?.count ?? 0) >= pendingPerOriginatorMax)
      refuse(`${pendingPerOriginatorMax} requests of ${originator} are pending (cse.requestsPerOriginatorMax)`);
    this.take(originator);
  }

  /** Counts one that was accepted before. */
  take(originator: string): void {
    const share = this.of(originator) ?? { count: 0, running: 0, due: [], numbers: new Map() };
    this.#shares.set(originator, share);
    share.count += 1;
    this.#count += 1;
  }

  release(originator: string): void {
    const share = this.of(originator);
    this.#count -= 1;
    if (share === undefined) return;
    share.count -= 1;
    if (share.count === 0) this.#shares.delete(originator);
  }
}
