import type { ResponsePrimitive } from '../primitive.ts';
import { transactionControl, transactionLockType, transactionState } from '../resources/enumerations.ts';
import type { Resource } from '../store/resource.ts';
import { nowTimestamp } from '../timestamp.ts';

/** A <transaction> that is not stored yet keeps what it has claimed for this long. */
const claimMs = 30_000;

interface Lock {
  /** `ri` of the <transaction>. */
  readonly holder: string;
  /** `ri` of the locked resource. */
  readonly target: string;
  /** Transaction and creator: whoever has the same belongs together. */
  readonly association: string;
  readonly allowsRetrieves: boolean;
  readonly expires: string;
}

/** Transactions of one creator with one identifier belong together (TS-0001 §9.6.48). */
export const associationOf = (tid: unknown, creator: unknown): string => `${String(creator)} ${String(tid)}`;

/**
 * Resources that transactions have locked (TS-0001 §10.2.18.1). What locks is the state of <transaction> resources; this
 * keeps in memory which those are, so that a request is held up only by locks that exist.
 */
export class Locks {
  readonly #byTarget = new Map<string, Map<string, Lock>>();
  readonly #claims = new Map<string, NodeJS.Timeout>();
  /** What was carried out for a COMMIT that is not stored yet, by `ri` of the <transaction>. */
  readonly committed = new Map<string, Omit<ResponsePrimitive, 'rqi' | 'rvi'>>();

  get held(): boolean {
    return this.#byTarget.size > 0;
  }

  /** Follows the state of <transaction> resources. */
  follow(after: Resource | undefined, before: Resource | undefined): void {
    const known = before ?? after;
    if (known !== undefined) this.#release(known.ri, known.pi);
    if (after !== undefined && holds(after)) this.#hold(lockOf(after));
  }

  /** Locks a resource for a <transaction> about to be stored. @returns false when others have it locked */
  claim(transaction: Pick<Resource, 'ri' | 'pi' | 'attributes'>): boolean {
    const lock = lockOf(transaction);
    for (const other of this.#on(lock.target))
      if (other.association !== lock.association && other.holder !== lock.holder) return false;
    this.#hold(lock);
    const timer = setTimeout(() => this.#release(lock.holder, lock.target), claimMs);
    timer.unref();
    this.#claims.set(lock.holder, timer);
    return true;
  }

  /** Whether a resource is locked for whoever does not belong to the transaction. */
  blocks(target: string, retrieves: boolean, association: string | undefined): boolean {
    return this.#on(target).some((lock) => lock.association !== association && !(retrieves && lock.allowsRetrieves));
  }

  stop(): void {
    for (const timer of this.#claims.values()) clearTimeout(timer);
  }

  #on(target: string): Lock[] {
    const locks = this.#byTarget.get(target);
    if (locks === undefined) return [];
    const now = nowTimestamp();
    return [...locks.values()].filter(({ expires }) => expires > now);
  }

  #hold(lock: Lock): void {
    const locks = this.#byTarget.get(lock.target) ?? new Map<string, Lock>();
    locks.set(lock.holder, lock);
    this.#byTarget.set(lock.target, locks);
  }

  #release(holder: string, target: string): void {
    clearTimeout(this.#claims.get(holder));
    this.#claims.delete(holder);
    const locks = this.#byTarget.get(target);
    locks?.delete(holder);
    if (locks?.size === 0) this.#byTarget.delete(target);
  }
}

/** A lock is held from LOCKED until COMMITTED or ABORTED; an error keeps it, unless it was that there was no lock. */
function holds({ attributes: { trst, tctl } }: Resource): boolean {
  const { locked, executed, error } = transactionState.of;
  return trst === locked || trst === executed || (trst === error && tctl !== transactionControl.of.lock);
}

const lockOf = ({ ri, pi, attributes }: Pick<Resource, 'ri' | 'pi' | 'attributes'>): Lock => ({
  holder: ri,
  target: pi,
  association: associationOf(attributes.tid, attributes.cr),
  allowsRetrieves: attributes.tltp === transactionLockType.of.allowRetrieves,
  expires: String(attributes.et),
});
