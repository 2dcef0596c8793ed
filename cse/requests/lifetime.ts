import { badRequest } from '../refusal.ts';
import type { Timing } from './timing.ts';

/** For an operation nobody limits in time. */
const operationMs = 60_000;

export interface LifetimeLimits {
  /** How long a result is kept when the originator says nothing, ms. */
  readonly persistenceMs: number;
  /** Longest life of a <request>, ms. */
  readonly lifetimeMsMax: number;
}

/**
 * When a <request> expires, from what the request says about time (TS-0001 §10.2.5.3), ms since 1970.
 * @throws Refused BAD_REQUEST when that is too long (TS-0004 Table 7.3.2.2-1)
 */
export function expirationOf(
  { rqet, rset, oet, rp }: Timing,
  { persistenceMs, lifetimeMsMax }: LifetimeLimits,
): number {
  const now = Date.now();
  const result = Math.max(now, rqet ?? 0, rset ?? 0, oet ?? 0);
  const asked = Math.max(result, rp ?? 0);
  if (asked - now > lifetimeMsMax) {
    throw badRequest(
      `rqet, rset, oet, rp: the <request> would be kept for more than ${lifetimeMsMax / 1000} s (cse.requestSecondsMax)`,
    );
  }
  if (rp === undefined) return Math.min(result + persistenceMs, now + lifetimeMsMax);
  // However short the result is to be kept, the operation needs its time.
  return Math.max(asked, now + operationMs);
}
