import { transactionControl, transactionState } from '../resources/enumerations.ts';

const control = transactionControl.of;
const state = transactionState.of;

type Transitions = Readonly<Record<number, readonly number[]>>;

/** What a <transactionMgmt> may be told in each state, TS-0001 Table 10.2.18.1-1. */
export const managementTransitions: Transitions = {
  [state.initial]: [control.lock],
  [state.locked]: [control.execute, control.abort],
  [state.executed]: [control.commit, control.abort],
  [state.error]: [control.abort, control.initial],
  [state.committed]: [control.initial],
  [state.aborted]: [control.initial],
};

/** What a <transaction> may be told in each state, TS-0001 Table 10.2.18.1-2. */
export const transactionTransitions: Transitions = {
  [state.locked]: [control.execute, control.abort],
  [state.executed]: [control.commit, control.abort],
  [state.error]: [control.abort, control.lock],
  [state.committed]: [control.lock],
  [state.aborted]: [control.lock],
};

/** The state each control leads to. */
export const stateAfter: Readonly<Record<number, number>> = {
  [control.initial]: state.initial,
  [control.lock]: state.locked,
  [control.execute]: state.executed,
  [control.commit]: state.committed,
  [control.abort]: state.aborted,
};

/** Whether what was last asked for has come about, or failed; to abort or begin anew does not fail. */
export const isComplete = (tctl: unknown, trst: unknown): boolean =>
  trst === state.error
    ? tctl !== control.abort && tctl !== control.initial
    : typeof tctl === 'number' && stateAfter[tctl] === trst;

export const isFinished = (trst: unknown): boolean => trst === state.committed || trst === state.aborted;
