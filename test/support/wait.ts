import { setTimeout as delay } from 'node:timers/promises';

/**
 * Asks again until there is an answer (anything but undefined or false).
 * @throws with the last error or `what` once `timeoutMs` have passed
 */
export async function until<T>(
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  options: { timeoutMs?: number; everyMs?: number; what?: string } = {},
): Promise<T> {
  const { timeoutMs = 10_000, everyMs = 25, what = 'the expected state' } = options;
  const deadline = Date.now() + timeoutMs;
  let failure: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
      failure = undefined;
    } catch (error) {
      failure = error;
    }
    if (Date.now() > deadline) {
      throw new Error(`${what} did not come within ${timeoutMs} ms`, failure === undefined ? {} : { cause: failure });
    }
    await delay(everyMs);
  }
}

export { freePort } from '#platform';
