import type { Answer, Call, Context } from '../procedures/context.ts';
import { Refused } from '../refusal.ts';
import type { Timing } from './timing.ts';

/** Longest delay a timer takes. */
const timerMax = 2 ** 31 - 1;
/** For procedures that hear that the time is over and answer with what they have. */
const graceMs = 100;

/** Calls back at a point in time, however far away. @returns calls it off */
export function at(time: number, callBack: () => void): () => void {
  let timer: NodeJS.Timeout;
  const arm = (): void => {
    const left = time - Date.now();
    timer = left > timerMax ? setTimeout(arm, timerMax) : setTimeout(callBack, Math.max(0, left));
  };
  arm();
  return () => clearTimeout(timer);
}

/**
 * Carries a request out at its execution time, and answers REQUEST_TIMEOUT when it or its result expires meanwhile
 * (TS-0001 §8.1.2). A write that was begun by then may still be completed.
 */
export async function carryOutInTime(
  context: Context,
  call: Call,
  { rqet, rset, oet }: Timing,
  carryOut: (call: Call) => Promise<Answer>,
): Promise<Answer> {
  if (oet !== undefined) await context.requests.waitUntil(oet, call.asker.originator);
  const { oet: _oet, ...request } = call.request;
  const due = { ...call, request };
  const limit = rset ?? rqet;
  if (limit === undefined) return carryOut(due);
  const expiry = new AbortController();
  let late: (refused: Refused) => void = () => {};
  const timeOver = new Promise<never>((_resolve, reject) => {
    late = reject;
  });
  timeOver.catch(() => {});
  let grace: NodeJS.Timeout | undefined;
  const callOff = at(limit, () => {
    const refused = new Refused('REQUEST_TIMEOUT', `${rset === undefined ? 'rqet' : 'rset'} passed before the result`);
    expiry.abort(refused);
    grace = setTimeout(() => late(refused), graceMs);
  });
  try {
    return await Promise.race([carryOut({ ...due, signal: expiry.signal }), timeOver]);
  } finally {
    callOff();
    clearTimeout(grace);
  }
}
