import type { Change } from './feed-message.ts';

export interface LastInput {
  readonly change: Change | undefined;
  readonly payload: unknown;
}

/** What each mapping node saw last, by node id, so that its dialog can try an expression on real data. */
export const lastInputs = new Map<string, LastInput>();
