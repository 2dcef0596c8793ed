import type { JsonObject } from '../primitive.ts';
import { transactionControl, transactionState } from '../resources/enumerations.ts';
import { fromTimestamp, toTimestamp } from '../timestamp.ts';

const state = transactionState.of;
const control = transactionControl.of;

/** Names in the timetable. */
export const transactionKind = 'transaction';
export const managementKind = 'transaction management';

interface Step {
  readonly control: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/**
 * What comes next by the times of a transaction, and when (TS-0001 §9.6.48). A time that comes before an earlier step is
 * done brings that step along.
 *
 * @param otherwise when a step is due that no time is named for; undefined: it is not done by itself
 */
export function nextStep({ trst, tltm, text, tct }: JsonObject, otherwise?: number): Step | undefined {
  const [lockAt, executeAt, commitAt] = [tltm, text, tct].map(millisecondsOf);
  const earliest = (...times: (number | undefined)[]): number | undefined => {
    const known = times.filter((time) => time !== undefined);
    return known.length === 0 ? undefined : Math.min(...known);
  };
  const step = (told: number, at: number | undefined): Step | undefined =>
    at === undefined ? undefined : { control: told, at };
  switch (trst) {
    case state.initial:
      return step(
        control.lock,
        lockAt === undefined ? (otherwise ?? earliest(executeAt, commitAt)) : earliest(lockAt, executeAt, commitAt),
      );
    case state.locked:
      return step(control.execute, executeAt === undefined ? (otherwise ?? commitAt) : earliest(executeAt, commitAt));
    case state.executed:
      return step(control.commit, commitAt ?? otherwise);
    default:
      return undefined;
  }
}

/** Times of a transaction, milliseconds since 1970. */
export const timesOf = ({ tltm, text, tct }: JsonObject): number[] =>
  [tltm, text, tct].map(millisecondsOf).filter((time) => time !== undefined);

/** Expiration that leaves a lock no longer than this CSE allows (TS-0001 §10.2.18.1). */
export function boundedExpiration(attributes: JsonObject, lockSecondsMax: number): string {
  const latest = toTimestamp(Math.max(Date.now(), ...timesOf(attributes)) + lockSecondsMax * 1000);
  const { et } = attributes;
  return typeof et === 'string' && et < latest ? et : latest;
}

export const millisecondsOf = (time: unknown): number | undefined =>
  typeof time === 'string' ? fromTimestamp(time) : undefined;
