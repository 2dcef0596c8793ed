import { setTimeout as delay } from 'node:timers/promises';
import { operation, type RequestPrimitive, type ResponsePrimitive } from '../primitive.ts';
import { CseBusy, CseUnreachable } from './refusal.ts';
import type { Transport } from './transport.ts';

export interface RetryOptions {
  /** Time for one attempt. */
  readonly timeoutMs: number;
  /** Further attempts after the first. */
  readonly retries: number;
}

const firstPauseMs = 200;
const longestPauseMs = 5_000;

/** Full jitter between half and the whole of an exponentially growing pause, so that clients do not return in step. */
export const pauseMs = (attempt: number, longestMs = longestPauseMs): number =>
  Math.min(longestMs, firstPauseMs * 2 ** attempt) * (0.5 + Math.random() / 2);

/** Repeating these leaves the same state behind as doing them once. */
const repeatable: ReadonlySet<number> = new Set([operation.retrieve, operation.update, operation.delete]);

/**
 * Sends a request, and again while that is safe: always when it never arrived or the CSE was busy; after a lost answer
 * only if doing it twice does no harm. The request identifier stays the same, so a CSE that recognises it answers once.
 *
 * @throws CseUnreachable, CseBusy: those of the last attempt
 */
export async function sendWithRetries(
  transport: Transport,
  request: RequestPrimitive,
  { timeoutMs, retries }: RetryOptions,
  signal?: AbortSignal,
): Promise<ResponsePrimitive> {
  for (let attempt = 0; ; attempt += 1) {
    signal?.throwIfAborted();
    const timeLimit = AbortSignal.timeout(timeoutMs);
    try {
      return await transport.send(request, signal === undefined ? timeLimit : AbortSignal.any([signal, timeLimit]));
    } catch (error) {
      signal?.throwIfAborted();
      const again =
        error instanceof CseBusy ||
        (error instanceof CseUnreachable && (!error.mayHaveArrived || repeatable.has(request.op)));
      if (!again || attempt >= retries) throw error;
      const askedMs = error instanceof CseBusy ? Math.min(error.retryAfterMs, longestPauseMs) : 0;
      await delay(Math.max(askedMs, pauseMs(attempt)), undefined, signal === undefined ? {} : { signal });
    }
  }
}
