import type { RequestPrimitive } from '../primitive.ts';
import { badRequest, Refused } from '../refusal.ts';
import { fromAbsoluteOrRelative, fromTimestamp, toTimestamp } from '../timestamp.ts';

/** Time parameters of a request in milliseconds since 1970 (TS-0001 §8.1.2). */
export interface Timing {
  /** Request Expiration Timestamp: the request is answered by then. */
  readonly rqet?: number;
  /** Result Expiration Timestamp: the result is of use until then. */
  readonly rset?: number;
  /** Operation Execution Time, when it is in the future. */
  readonly oet?: number;
  /** Result Persistence: the result is kept until then; undefined when it is not asked for. */
  readonly rp?: number;
}

const names = ['rqet', 'rset', 'oet', 'rp'] as const;
/** The last second that can be written as a timestamp. */
const latest = 253_402_300_799_000;

/** Whether a request says anything about time; most do not. */
export const hasTiming = ({ rqet, rset, oet, rp }: RequestPrimitive): boolean =>
  rqet !== undefined || rset !== undefined || oet !== undefined || rp !== undefined;

/**
 * Reads the time parameters; relative ones count from `now`, the result persistence from the time the result is expected.
 *
 * @throws Refused BAD_REQUEST when one is not a time or they contradict each other; REQUEST_TIMEOUT when the request or
 *   its result has expired (TS-0004 §7.3.2.1, §6.4.1)
 */
export function readTiming(request: RequestPrimitive, now: number): Timing {
  const { ot } = request;
  if (ot !== undefined && fromTimestamp(ot) === undefined)
    throw badRequest(`ot: a timestamp is expected, found "${ot}"`);
  const timing: { -readonly [Name in keyof Timing]: number } = {};
  for (const name of names) {
    const value = request[name];
    if (value === undefined) continue;
    const origin = name === 'rp' ? Math.max(now, timing.rset ?? timing.rqet ?? 0, timing.oet ?? 0) : now;
    const time = fromAbsoluteOrRelative(value, origin);
    if (time === undefined)
      throw badRequest(`${name}: a timestamp or signed milliseconds are expected, found "${value}"`);
    if (time > latest) throw badRequest(`${name}: ${value} is beyond the year 9999`);
    if ((name === 'rqet' || name === 'rset') && time <= now) {
      throw new Refused('REQUEST_TIMEOUT', `${name}: ${value} has passed`);
    }
    if (name === 'rp' && time <= now) throw badRequest(`rp: ${value} has passed; a result cannot be kept until then`);
    // A past time of execution means at once (TS-0001 §8.1.2).
    if (name !== 'oet' || time > now) timing[name] = time;
  }
  const { rqet, rset, oet } = timing;
  if (rqet !== undefined && rset !== undefined && rset <= rqet)
    throw badRequest('rset: a time later than rqet is expected (TS-0004 Table 6.4.1-1)');
  for (const [name, limit] of Object.entries({ rqet, rset })) {
    if (oet !== undefined && limit !== undefined && oet >= limit)
      throw badRequest(`oet: the request would expire (${name}) before it is carried out`);
  }
  return timing;
}

/** The request with absolute times only, so that they mean the same later. */
export function withAbsoluteTimes(request: RequestPrimitive, timing: Timing): RequestPrimitive {
  const { rqet: _rqet, rset: _rset, oet: _oet, rp: _rp, ...others } = request;
  const written: { -readonly [Name in keyof Timing]: string } = {};
  for (const name of names) {
    const time = timing[name];
    if (time !== undefined) written[name] = toTimestamp(time);
  }
  return { ...others, ...written };
}
