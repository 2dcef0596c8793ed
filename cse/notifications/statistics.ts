import { messageOf } from '#platform';
import type { Json, JsonObject } from '../primitive.ts';
import type { Context } from '../procedures/context.ts';
import type { Resource } from '../store/resource.ts';
import { noEffects } from '../store/write.ts';

const storeEveryMs = 500;

interface Figures {
  requests: number;
  responses: number;
  events: number;
}

/**
 * Counts what is sent for subscriptions with `nse`: requests, responses and events per target (`nsi`, releases 4 and 5).
 * Figures are collected and written into the resource twice a second, so that delivering costs no write of its own.
 */
export class Statistics {
  readonly #context: Context;
  #collected = new Map<number, Map<string, Figures>>();
  #timer: NodeJS.Timeout | undefined;
  #storing: Promise<void> = Promise.resolve();

  constructor(context: Context) {
    this.#context = context;
  }

  start(): void {
    this.#timer = setInterval(() => {
      if (this.#collected.size > 0) this.#storing = this.#storing.then(() => this.#store());
    }, storeEveryMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#storing;
    await this.#store();
  }

  /** @param events how many a message told of @param answered whether there was any response */
  count({ no, attributes }: Resource, target: string, events: number, answered: boolean): void {
    if (attributes.nse !== true) return;
    const targets = this.#collected.get(no) ?? new Map<string, Figures>();
    this.#collected.set(no, targets);
    const figures = targets.get(target) ?? { requests: 0, responses: 0, events: 0 };
    targets.set(target, figures);
    figures.requests += 1;
    figures.events += events;
    if (answered) figures.responses += 1;
  }

  async #store(): Promise<void> {
    const collected = this.#collected;
    this.#collected = new Map();
    for (const [no, targets] of collected) {
      const stored = await this.#add(no, targets).catch((error: unknown) => {
        this.#context.log.warn({ reason: messageOf(error) }, 'statistics of a subscription wait to be stored');
        return false;
      });
      if (!stored && !this.#collected.has(no)) this.#collected.set(no, targets);
    }
  }

  /** @returns false when the subscription was changed meanwhile */
  async #add(no: number, targets: ReadonlyMap<string, Figures>): Promise<boolean> {
    const { store, committer } = this.#context;
    const subscription = await store.byNumber(no);
    if (subscription === undefined || subscription.attributes.nse !== true) return true;
    const resource = {
      ...subscription,
      version: subscription.version + 1,
      attributes: { ...subscription.attributes, nsi: sum(subscription.attributes.nsi, targets) },
    };
    const { done } = await committer.submit({ kind: 'update', resource, effects: () => noEffects });
    if (!done) store.invalidate({ containers: [], resources: [no], subscribed: [], subtrees: [] });
    return done;
  }
}

function sum(nsi: Json | undefined, targets: ReadonlyMap<string, Figures>): JsonObject[] {
  const rows = new Map<string, JsonObject>();
  for (const row of (Array.isArray(nsi) ? nsi : []) as JsonObject[]) rows.set(String(row.tg), row);
  for (const [tg, { requests, responses, events }] of targets) {
    const { rqs = 0, rsr = 0, noec = 0 } = rows.get(tg) ?? {};
    rows.set(tg, { tg, rqs: Number(rqs) + requests, rsr: Number(rsr) + responses, noec: Number(noec) + events });
  }
  return [...rows.values()];
}
