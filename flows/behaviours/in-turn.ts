import { setImmediate as nextTurn } from 'node:timers/promises';
import { expressionLimits } from '#ontologies';
import { FlowFailure } from '../settlement/failure.ts';

const attemptsMax = 3;
const outOfTime = `more than ${expressionLimits.durationMs} ms`;

let turn: Promise<unknown> = Promise.resolve();

/**
 * Evaluates expressions one after the other. JSONata gives way between its steps: hundreds evaluated at once would take
 * turns, and each would seem to run for as long as all of them together, beyond the time an expression may take.
 *
 * That time is measured by the clock on the wall: on a busy machine an expression may run out of it because the process
 * was not running. It gets further attempts, so that load does not fill the quarantine.
 */
export function inTurn<T>(task: () => Promise<T>): Promise<T> {
  const result = turn.then(() => attempt(task));
  turn = result.catch(() => undefined);
  return result;
}

async function attempt<T>(task: () => Promise<T>): Promise<T> {
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await task();
    } catch (error) {
      const ranOutOfTime = error instanceof FlowFailure && error.reason.en.includes(outOfTime);
      if (!ranOutOfTime || attempts >= attemptsMax) throw error;
      await nextTurn();
    }
  }
}
