import { randomUUID } from 'node:crypto';
import type { Background } from '../background.ts';
import { operation } from '../primitive.ts';
import type { Context } from '../procedures/context.ts';
import { transactionState } from '../resources/enumerations.ts';
import { transaction } from '../resources/transaction.ts';
import { Roster } from '../roster.ts';
import { finishCommit } from './execution.ts';
import { Management } from './management.ts';
import { managementKind, nextStep, transactionKind } from './times.ts';

/** Keeps locks in step with <transaction> resources, and lets transactions go on at their times (TS-0001 §10.2.18). */
export class Transactions implements Background {
  readonly #context: Context;
  readonly #roster: Roster;
  readonly #management: Management;

  constructor(context: Context) {
    this.#context = context;
    this.#roster = new Roster(context, [transaction.type], (after, before) => context.locks.follow(after, before));
    this.#management = new Management(context);
    context.timetable.handle(transactionKind, (no) => this.#goOn(no));
    context.timetable.handle(managementKind, (no) => this.#management.goOn(no));
  }

  async start(): Promise<void> {
    await this.#roster.start();
    // Nothing is left of a DELETE that was carried out; so what is left was interrupted.
    for (const found of this.#roster.values())
      if (found.attributes.trst === transactionState.of.committed) await finishCommit(this.#context, found);
    this.#management.start();
  }

  async stop(): Promise<void> {
    await this.#management.stop();
    await this.#roster.stop();
    this.#context.locks.stop();
  }

  /** The step that is due, told by the CSE itself. @returns milliseconds until the next */
  async #goOn(no: number): Promise<number | undefined> {
    const { store, names, log } = this.#context;
    for (;;) {
      const found = await store.byNumber(no);
      const next = found === undefined ? undefined : nextStep(found.attributes);
      if (found === undefined || next === undefined) return undefined;
      const left = next.at - Date.now();
      if (left > 0) return left;
      const pc = { [transaction.element]: { tctl: next.control } };
      const request = { op: operation.update, to: found.ri, fr: names.cseId, rqi: randomUUID(), rvi: '3', pc };
      const asker = { originator: names.cseId, authenticated: true, registered: true };
      const { rsc } = await this.#context.perform(request, asker);
      if (rsc !== 2004) {
        log.info({ transaction: found.path, rsc }, 'a transaction did not go on');
        return undefined;
      }
    }
  }
}
