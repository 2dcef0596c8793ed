/** Growing pauses between attempts. Jitter keeps many clients from coming back in the same instant. */
export interface Backoff {
  readonly firstMs: number;
  readonly longestMs: number;
}

/**
 * @param failures attempts that failed in a row, from 1
 * @returns milliseconds, between half and all of the doubled pause
 */
export function pauseMs(failures: number, { firstMs, longestMs }: Backoff, random = Math.random): number {
  const full = Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 30));
  return Math.round(full / 2 + (full / 2) * random());
}
