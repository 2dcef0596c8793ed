import { inChain } from '../actions/chain.ts';
import { type Criteria, meets } from '../actions/criteria.ts';
import { attributesAfter, keysOf, referenceOf, subjectAttributes, subjectKey } from '../actions/subject.ts';
import type { Background } from '../background.ts';
import type { JsonObject } from '../primitive.ts';
import type { Context } from '../procedures/context.ts';
import { changeResource } from '../procedures/own-change.ts';
import { processStatus } from '../resources/enumerations.ts';
import { Roster } from '../roster.ts';
import type { Resource } from '../store/resource.ts';
import type { CommittedChange } from '../store/write.ts';
import { WorkQueue } from '../work-queue.ts';
import { type Condition, listOf, processType, stateType, type Transition, transitionSubject } from './configuration.ts';

const actionType = 65;
const { enabled, activated, paused, completed } = processStatus.of;

/**
 * Runs processes (release 4): an enabled <processManagement> is activated when its conditions hold, goes from state to state
 * as the transitions of the current one say, and is completed when its end conditions hold. Each step is one guarded change
 * of the process; which states are active follows from it, so that a step that was interrupted is finished at the next start.
 */
export class Processes implements Background {
  readonly #context: Context;
  readonly #roster: Roster;
  readonly #queue: WorkQueue;
  /** Numbers of processes by what their conditions and transitions look at; undefined: has to be made anew. */
  #bySubject: Map<string, Set<number>> | undefined;
  #stopObserving: () => void = () => {};

  constructor(context: Context) {
    this.#context = context;
    this.#roster = new Roster(context, [processType, stateType, actionType], (after, before) => {
      const ofAction = (after ?? before)?.ty === actionType;
      if (!ofAction || after?.attributes.sri !== before?.attributes.sri || after === undefined)
        this.#bySubject = undefined;
    });
    this.#queue = new WorkQueue({ log: context.log, waitingMax: context.settings.actionQueueMax });
  }

  async start(): Promise<void> {
    await this.#roster.start();
    this.#stopObserving = this.#context.observe((change) => this.#saw(change));
    for (const process of this.#roster.values())
      if (process.ty === processType) this.#queue.add(process.ri, () => this.#settle(this.#context, process.no));
  }

  async stop(): Promise<void> {
    this.#stopObserving();
    await this.#roster.stop();
    await this.#queue.stop();
  }

  #saw(change: CommittedChange): void {
    if (this.#roster.size === 0 || change.kind === 'deleted') return;
    const { resource, causes = 0 } = change;
    const numbers = new Set(keysOf(change).flatMap((key) => [...(this.#index().get(key) ?? [])]));
    if (resource.ty === processType) numbers.add(resource.no);
    if (numbers.size === 0) return;
    if (causes >= this.#context.settings.actionChainMax) {
      this.#context.log.warn({ path: resource.path }, 'a process that drives itself on was held');
      return;
    }
    for (const no of numbers) {
      if (!this.#queue.add(String(no), () => this.#advance(no, change)))
        this.#context.log.warn({ path: resource.path }, 'a change was not looked at by a process: too many wait');
    }
  }

  #index(): Map<string, Set<number>> {
    if (this.#bySubject !== undefined) return this.#bySubject;
    const index = new Map<string, Set<number>>();
    const add = (reference: string, process: number | null | undefined): void => {
      const key = subjectKey(reference, this.#context.names)?.key;
      if (key !== undefined && typeof process === 'number') index.set(key, (index.get(key) ?? new Set()).add(process));
    };
    for (const resource of this.#roster.values()) {
      const { ty, no, ri, parentNo, attributes } = resource;
      if (ty === stateType) add(ri, parentNo);
      else if (ty === actionType) add(referenceOf(resource), this.#roster.get(parentNo ?? 0)?.parentNo);
      else
        for (const { sri } of [...listOf<Condition>(attributes.atcos), ...listOf<Condition>(attributes.encos)])
          add(sri, no);
    }
    this.#bySubject = index;
    return index;
  }

  /** One step of a process, if a change calls for one. */
  async #advance(no: number, change: CommittedChange): Promise<void> {
    const context = inChain(this.#context, (change.causes ?? 0) + 1);
    const process = await context.store.byNumber(no);
    if (process === undefined) return;
    const holds = (reference: string, evc: Criteria) => this.#holds(change, reference, evc);
    const { prst, atcos, encos, inst, cust } = process.attributes;
    let step: JsonObject | undefined;
    if (prst === enabled && (await all(listOf<Condition>(atcos), holds)))
      step = { prst: activated, cust: inst ?? null };
    if (prst === activated) {
      const ends = listOf<Condition>(encos);
      if (ends.length > 0 && (await all(ends, holds))) step = { prst: completed, cust: null };
      else step = await this.#transition(process, holds);
    }
    if (step !== undefined) {
      const taken = step;
      await changeResource(context, no, ({ attributes }) =>
        attributes.prst === prst && attributes.cust === cust ? taken : undefined,
      );
    }
    await this.#settle(context, no);
  }

  async #transition(
    { attributes: { cust } }: Resource,
    holds: (reference: string, evc: Criteria) => Promise<boolean>,
  ): Promise<JsonObject | undefined> {
    const state = typeof cust === 'string' ? await this.#context.targets.resourceAt(cust) : undefined;
    if (state === undefined) return undefined;
    const subject = await transitionSubject(this.#context, state);
    for (const { evc, nxst } of listOf<Transition>(state.attributes.sttrs))
      if (await holds(subject, evc)) return nxst === undefined ? { prst: completed, cust: null } : { cust: nxst };
    return undefined;
  }

  /** What has just changed is looked at as it was then, everything else as it is now. */
  async #holds(change: CommittedChange, reference: string, evc: Criteria): Promise<boolean> {
    const key = subjectKey(reference, this.#context.names);
    const seen =
      key !== undefined && keysOf(change).includes(key.key)
        ? await attributesAfter(this.#context, change, key)
        : await subjectAttributes(this.#context, reference);
    return seen !== undefined && meets(evc, seen);
  }

  /** Makes `sact` of the states say which one is current. */
  async #settle(context: Context, no: number): Promise<void> {
    const process = await context.store.byNumber(no);
    const { prst, cust } = process?.attributes ?? {};
    const runs = prst === activated || prst === paused;
    const current = runs && typeof cust === 'string' ? await context.targets.resourceAt(cust) : undefined;
    const states = this.#roster.values().filter(({ ty, parentNo }) => ty === stateType && parentNo === no);
    // The one that is left goes first: never are two of them active.
    states.sort((one, other) => Number(one.no === current?.no) - Number(other.no === current?.no));
    for (const state of states) {
      const sact = state.no === current?.no;
      await changeResource(context, state.no, ({ attributes }) => (attributes.sact === sact ? undefined : { sact }));
    }
  }
}

async function all(
  conditions: readonly Condition[],
  holds: (reference: string, evc: Criteria) => Promise<boolean>,
): Promise<boolean> {
  for (const { sri, evc } of conditions) if (!(await holds(sri, evc))) return false;
  return true;
}

/** Whether an action that belongs to a state may act: in the current state of a process that is running. */
export async function isActing({ store }: Context, action: Resource): Promise<boolean> {
  const state = action.parentNo === null ? undefined : await store.byNumber(action.parentNo);
  if (state?.ty !== stateType) return true;
  const process = state.parentNo === null ? undefined : await store.byNumber(state.parentNo);
  return state.attributes.sact === true && process?.attributes.prst === activated;
}
