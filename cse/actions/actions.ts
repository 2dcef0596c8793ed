import { randomUUID } from 'node:crypto';
import { aeStem } from '../address.ts';
import type { Background } from '../background.ts';
import type { JsonObject, RequestPrimitive } from '../primitive.ts';
import type { Answer, Context } from '../procedures/context.ts';
import { changeResource } from '../procedures/own-change.ts';
import { isActing } from '../processes/processes.ts';
import { evalMode } from '../resources/enumerations.ts';
import { Roster } from '../roster.ts';
import type { Resource } from '../store/resource.ts';
import type { CommittedChange } from '../store/write.ts';
import { nowTimestamp } from '../timestamp.ts';
import { WorkQueue } from '../work-queue.ts';
import { inChain } from './chain.ts';
import { type Criteria, meets } from './criteria.ts';
import { dependenciesHold } from './dependencies.ts';
import { claimContinuous, claimPeriodic, forgetLeftOver } from './firings.ts';
import { withInput } from './input.ts';
import { attributesAfter, keysOf, referenceOf, type SubjectKey, subjectKey } from './subject.ts';

export const actionType = 65;
const aeType = 2;
const { off, once, periodic, continuous } = evalMode.of;
/** Characters of a result kept in `air`; of a longer one the status stays. */
const resultLengthMax = 65_536;

/**
 * Carries out actions (release 4): whenever the subject of an <action> changes and meets its criteria, its primitive is
 * executed for the originator who put it there. A change is looked at by the node that committed it, and claims are made in
 * the database, so an action fires once however many nodes there are.
 */
export class Actions implements Background {
  readonly #context: Context;
  readonly #roster: Roster;
  readonly #queue: WorkQueue;
  /** Numbers of actions by subject. */
  readonly #bySubject = new Map<string, Set<number>>();
  /** Periodic actions that rest until then (milliseconds since 1970), so that not every change asks the database. */
  readonly #resting = new Map<number, number>();
  #stopObserving: () => void = () => {};

  constructor(context: Context) {
    this.#context = context;
    this.#roster = new Roster(context, [actionType], (after, before) => this.#index(after, before));
    this.#queue = new WorkQueue({ log: context.log, waitingMax: context.settings.actionQueueMax });
  }

  async start(): Promise<void> {
    await forgetLeftOver(this.#context.store.pool);
    await this.#roster.start();
    this.#stopObserving = this.#context.observe((change) => this.#saw(change));
  }

  async stop(): Promise<void> {
    this.#stopObserving();
    await this.#roster.stop();
    await this.#queue.stop();
  }

  #index(after: Resource | undefined, before: Resource | undefined): void {
    const [old, now] = [this.#keyOf(before)?.key, this.#keyOf(after)?.key];
    const no = after?.no ?? before?.no ?? 0;
    this.#resting.delete(no);
    if (old === now) return;
    if (old !== undefined) {
      const numbers = this.#bySubject.get(old);
      numbers?.delete(no);
      if (numbers?.size === 0) this.#bySubject.delete(old);
    }
    if (now === undefined) return;
    const numbers = this.#bySubject.get(now);
    if (numbers === undefined) this.#bySubject.set(now, new Set([no]));
    else numbers.add(no);
  }

  #keyOf(action: Resource | undefined): SubjectKey | undefined {
    return action === undefined ? undefined : subjectKey(referenceOf(action), this.#context.names);
  }

  #saw(change: CommittedChange): void {
    if (this.#bySubject.size === 0 || change.kind === 'deleted') return;
    const numbers = keysOf(change).flatMap((key) => [...(this.#bySubject.get(key) ?? [])]);
    const now = Date.now();
    const armed = numbers.filter((no) => {
      const action = this.#roster.get(no);
      return action !== undefined && action.attributes.evm !== off && (this.#resting.get(no) ?? 0) <= now;
    });
    if (armed.length === 0) return;
    const { log, settings } = this.#context;
    const { path } = change.resource;
    if ((change.causes ?? 0) >= settings.actionChainMax) {
      log.warn({ path, actions: settings.actionChainMax }, 'a chain of actions that trigger each other was cut');
      return;
    }
    const [key = ''] = keysOf(change);
    if (!this.#queue.add(key, () => this.#evaluate(change, armed)))
      log.warn({ path }, 'a change was not looked at by its actions, because too many wait');
  }

  /** All actions of one change, by priority; those without one come last. */
  async #evaluate(change: CommittedChange, numbers: readonly number[]): Promise<void> {
    const actions = numbers.map((no) => this.#roster.get(no)).filter((action) => action !== undefined);
    const priority = ({ attributes: { apy } }: Resource): number =>
      typeof apy === 'number' ? apy : Number.POSITIVE_INFINITY;
    actions.sort((one, other) => (priority(one) < priority(other) ? -1 : priority(one) > priority(other) ? 1 : 0));
    for (const action of actions) {
      const { attributes } = action;
      if (typeof attributes.et === 'string' && attributes.et <= nowTimestamp()) continue;
      const key = this.#keyOf(action);
      const seen = key === undefined ? undefined : await attributesAfter(this.#context, change, key);
      if (seen === undefined || !meets(attributes.evc as unknown as Criteria, seen)) continue;
      if (!(await isActing(this.#context, action)) || !(await dependenciesHold(this.#context, action))) continue;
      if (await this.#claim(action)) await this.#execute(action, (change.causes ?? 0) + 1);
    }
  }

  /** Whether this firing is ours: nobody else's, and within what `evm` and `ecp` allow. */
  async #claim({ no, attributes }: Resource): Promise<boolean> {
    const { pool } = this.#context.store;
    const parameter = typeof attributes.ecp === 'number' ? attributes.ecp : 1;
    switch (attributes.evm) {
      case once:
        return (await this.#disarm(no, once)) !== undefined;
      case periodic: {
        const restsMs = await claimPeriodic(pool, no, parameter);
        if (restsMs > 0) this.#resting.set(no, Date.now() + restsMs);
        return restsMs === 0;
      }
      case continuous: {
        const fired = await claimContinuous(pool, no, parameter);
        if (fired === parameter) await this.#disarm(no, continuous);
        return fired !== undefined;
      }
      default:
        return false;
    }
  }

  #disarm(no: number, mode: number): Promise<Resource | undefined> {
    return changeResource(this.#context, no, ({ attributes: { evm, ecp } }) =>
      evm === mode ? { evm: off, ...(ecp === undefined ? {} : { ecp: null }) } : undefined,
    );
  }

  async #execute(action: Resource, causes: number): Promise<void> {
    const context = inChain(this.#context, causes);
    const { names, security, store } = context;
    const primitive = action.attributes.apv as unknown as RequestPrimitive;
    const originator = aeStem(primitive.fr ?? '', names);
    const asker = {
      originator,
      authenticated: security === 'token',
      registered: (await store.byRi(originator))?.ty === aeType,
    };
    const request: RequestPrimitive = {
      ...primitive,
      to: String(action.attributes.orc),
      fr: originator,
      rqi: randomUUID(),
      rvi: primitive.rvi ?? '3',
    };
    const completed = await withInput(context, action, request, asker);
    const answer = 'rsc' in completed ? completed : await context.perform(completed, asker);
    context.log.debug({ path: action.path, rsc: answer.rsc }, 'an action was carried out');
    await changeResource(context, action.no, () => ({ air: resultOf(answer, request.rqi) }));
  }
}

function resultOf({ pc, ...answer }: Answer, rqi: string): JsonObject {
  const kept = pc !== undefined && JSON.stringify(pc).length <= resultLengthMax;
  return { ...answer, rqi, ...(kept ? { pc } : {}) } as JsonObject;
}
