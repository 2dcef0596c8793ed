import type { JsonObject } from '../primitive.ts';
import type { Context } from '../procedures/context.ts';
import { changeResource } from '../procedures/own-change.ts';
import { deleteResource } from '../procedures/own-delete.ts';
import {
  transactionControl,
  transactionMgmtHandling,
  transactionMode,
  transactionState,
} from '../resources/enumerations.ts';
import { transactionMgmt } from '../resources/transaction-mgmt.ts';
import type { Resource } from '../store/resource.ts';
import { type Part, Parts } from './parts.ts';
import { isComplete, isFinished, stateAfter } from './states.ts';
import { boundedExpiration, millisecondsOf, nextStep, timesOf } from './times.ts';

const control = transactionControl.of;
const state = transactionState.of;
const retryMs = 500;
/** Statuses of a part that another try would not change: it is refused, not in the way (TS-0001 §10.2.18.1). */
const isRefusal = (rsc: number | undefined): boolean => rsc !== undefined && rsc >= 4000 && rsc < 5000 && rsc !== 4008;

/** Takes <transactionMgmt> resources through their states (TS-0004 §7.4.60, TS-0001 §10.2.18.1). */
export class Management {
  readonly #context: Context;
  /** Retries so far, by number of the resource. */
  readonly #retries = new Map<number, number>();
  readonly #aborting = new Set<Promise<void>>();
  #stopObserving = () => {};

  constructor(context: Context) {
    this.#context = context;
  }

  start(): void {
    this.#stopObserving = this.#context.observe(({ kind, resource }) => {
      // One that goes before it is over takes nothing with it.
      if (kind !== 'deleted' || resource.ty !== transactionMgmt.type || isFinished(resource.attributes.trst)) return;
      const aborting = this.#abandon(resource).finally(() => this.#aborting.delete(aborting));
      this.#aborting.add(aborting);
    });
  }

  async stop(): Promise<void> {
    this.#stopObserving();
    await Promise.allSettled(this.#aborting);
  }

  /** Does what is to be done now. @returns milliseconds until there is more; undefined: it is over, or its creator's turn */
  async goOn(no: number): Promise<number | undefined> {
    for (;;) {
      const found = await this.#context.store.byNumber(no);
      if (found === undefined) return undefined;
      const { tctl, trst, tmd } = found.attributes;
      const expires = this.#expires(found);
      if (isFinished(trst) && isComplete(tctl, trst)) return this.#finish(found);
      if (!isComplete(tctl, trst)) {
        if (await this.#take(found, Number(tctl))) continue;
        return retryMs;
      }
      if (Date.now() >= expires) {
        await this.#tell(found, control.abort);
        continue;
      }
      if (tmd !== transactionMode.of.cseControlled)
        return expires === Number.POSITIVE_INFINITY ? undefined : expires - Date.now();
      if (trst === state.error) {
        await this.#tell(found, control.abort);
        continue;
      }
      const next = nextStep(found.attributes, 0);
      if (next === undefined) return undefined;
      const left = Math.min(next.at, expires) - Date.now();
      if (left > 0) return left;
      await this.#tell(found, next.control);
    }
  }

  /** When it is given up unless it is over (`tept`). */
  #expires({ attributes }: Resource): number {
    const { trst, lt, tept } = attributes;
    const named = millisecondsOf(tept);
    // Nothing is locked yet, so nobody waits.
    if (named !== undefined || trst === state.initial) return named ?? Number.POSITIVE_INFINITY;
    const changed = millisecondsOf(lt) ?? 0;
    const last = Math.max(changed, ...timesOf(attributes));
    return last + this.#context.settings.transactionSecondsMax * 1000;
  }

  async #tell({ no }: Resource, tctl: number): Promise<void> {
    await changeResource(this.#context, no, () => ({ tctl }));
  }

  /** Carries a control out on all parts and keeps what came of it. @returns false when it has to be asked again */
  async #take(found: Resource, tctl: number): Promise<boolean> {
    const parts = new Parts(this.#context, found);
    const results = await this.#ask(found, parts, tctl);
    const wanted = stateAfter[tctl];
    // Once parts are told to commit, there is no way but forward: one that does not answer is told again.
    const silent = results.some(({ trst, rsc }) => trst === state.error && rsc !== undefined && !isRefusal(rsc));
    if (tctl === control.commit && silent && Date.now() < this.#expires(found)) return false;
    // What could not be aborted had been committed before: it stays, and is told of in the log.
    const failed = tctl !== control.abort && results.some(({ trst }) => trst !== wanted);
    if (tctl === control.abort && results.some(({ trst }) => trst === state.committed))
      this.#context.log.error({ transaction: found.path }, 'a transaction was aborted of which a part is committed');
    if (failed && this.#mayRetry(found, results)) {
      await parts.tell(control.abort);
      await parts.remove();
      await new Promise((resolve) => setTimeout(resolve, retryMs));
      await this.#keep(found, control.initial, state.initial, []);
      await this.#tell(found, control.lock);
      return true;
    }
    await this.#keep(found, tctl, failed ? state.error : (wanted ?? state.error), results);
    return true;
  }

  async #ask({ attributes }: Resource, parts: Parts, tctl: number): Promise<Part[]> {
    if (tctl === control.lock) {
      const { tept, ...others } = attributes;
      return parts.lock(
        boundedExpiration({ ...others, et: tept ?? null }, this.#context.settings.transactionSecondsMax),
      );
    }
    if (tctl !== control.initial) return parts.tell(tctl);
    await parts.remove();
    return [];
  }

  #mayRetry({ no, attributes: { tmr = 0, tmd } }: Resource, results: readonly Part[]): boolean {
    const done = this.#retries.get(no) ?? 0;
    const hopeless = results.some(({ rsc, response }) => isRefusal(rsc) || isRefusal(response?.rsc as number));
    if (tmd !== transactionMode.of.cseControlled || hopeless || done >= Number(tmr)) return false;
    this.#retries.set(no, done + 1);
    return true;
  }

  async #keep({ no }: Resource, tctl: number, trst: number, parts: readonly Part[]): Promise<void> {
    const responses = parts.map(({ response }) => response).filter((response) => response !== undefined);
    await changeResource(this.#context, no, ({ attributes }) => {
      const changes: JsonObject = { tctl, trst };
      if (responses.length > 0 || tctl === control.initial) changes.rsps = { 'm2m:rsp': responses };
      return attributes.tctl === tctl && attributes.trst === trst ? undefined : changes;
    });
  }

  /** What is over leaves nothing below its targets, and goes itself unless it is to stay (`tmh`). */
  async #finish(found: Resource): Promise<undefined> {
    this.#retries.delete(found.no);
    await new Parts(this.#context, found).remove();
    if (found.attributes.tmh === transactionMgmtHandling.of.persist) return undefined;
    await deleteResource(this.#context, found, this.#context.names.cseId).catch(() => {});
    return undefined;
  }

  async #abandon(found: Resource): Promise<void> {
    const parts = new Parts(this.#context, found);
    await parts.tell(control.abort);
    await parts.remove();
  }
}
