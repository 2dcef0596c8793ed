import { randomUUID } from 'node:crypto';
import { messageOf } from '#platform';
import { aeStem, cseOf, readAddress } from '../address.ts';
import { type Json, type JsonObject, operation, type RequestPrimitive } from '../primitive.ts';
import type { Answer, Context } from '../procedures/context.ts';
import { deleteResource } from '../procedures/own-delete.ts';
import { Refused } from '../refusal.ts';
import { statusName } from '../response-status.ts';
import type { Resource } from '../store/resource.ts';
import { type ResourceRow, resourceColumns, toResource } from '../store/store.ts';
import type { CommittedChange } from '../store/write.ts';
import { fromTimestamp, toTimestamp } from '../timestamp.ts';
import { nextHop } from './route.ts';

const deliveryType = 6;
const element = 'm2m:dlv';
const release = '3';
/** Event category of requests that name none: best effort. */
const bestEffort = 3;
/** Requests of the same category for the same CSE that arrive within this time travel together. */
const gatherMs = 100;
const firstRetryMs = 1_000;
const longestRetryMs = 60_000;
const gatheringMax = 10_000;
const heldMax = 10_000;

/** Parameters that travel as meta information (TS-0004 §6.3.5.4). */
const metaNames = ['ty', 'ot', 'rqet', 'rset', 'oet', 'rp', 'rcn', 'ec', 'gid', 'fc', 'drt', 'vsi'] as const;

interface Gathering {
  readonly requests: JsonObject[];
  readonly ends: number;
  readonly done: Promise<void>;
  readonly close: () => void;
}

/** Whether a request is to travel in a <delivery>: its originator wants it and no result (TS-0001 §10.2.5.7). */
export const travelsAggregated = ({ da, rcn, op }: RequestPrimitive): boolean =>
  da === true && rcn === 0 && op !== operation.retrieve && op !== operation.notify;

/**
 * Delivers requests to other CSEs in <delivery> resources, from one CSE to the next (TS-0001 §9.6.11, §10.2.5.7, TS-0004
 * §7.4.11). A <delivery> here is what has still to be done: it goes once the next CSE has taken it over, or once its
 * requests are carried out. After a crash it is done again, so a request may be carried out twice, never not at all.
 */
export class Deliveries {
  readonly #context: Context;
  readonly #gathering = new Map<string, Gathering>();
  readonly #timers = new Map<number, NodeJS.Timeout>();
  readonly #running = new Set<Promise<void>>();
  #waiting = 0;
  #stopped = false;

  constructor(context: Context) {
    this.#context = context;
  }

  async start(): Promise<void> {
    const { store, names } = this.#context;
    this.#context.observe((change) => this.#saw(change));
    const { rows } = await store.pool.query<ResourceRow>({
      text: `SELECT ${resourceColumns} FROM cse.resource p JOIN cse.resource r ON r.parent_no = p.no
        WHERE p.path = $1 AND r.ty = ${deliveryType} ORDER BY r.no LIMIT ${heldMax}`,
      values: [names.cseName],
    });
    for (const resource of rows.map(toResource)) this.#later(resource.no, 0, 0);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    for (const { close } of this.#gathering.values()) close();
    await Promise.allSettled(this.#running);
  }

  /**
   * Takes responsibility for a request to another CSE.
   * @returns once the request is stored here
   */
  async accept(request: RequestPrimitive, from: string, target: string, lifeMs: number): Promise<Answer> {
    if (this.#waiting >= gatheringMax)
      throw new Refused('TARGET_NOT_REACHABLE', `${gatheringMax} requests wait to be delivered already`);
    const meta: JsonObject = { rvi: request.rvi ?? release };
    for (const name of metaNames) {
      const value = request[name];
      if (value !== undefined) meta[name] = value as Json;
    }
    const { op, to, rqi, pc } = request;
    const item: JsonObject = { op, to, fr: from, rqi, mi: meta, ...(pc === undefined ? {} : { pc }) };
    const ec = request.ec ?? bestEffort;
    this.#waiting += 1;
    try {
      await this.#gather(target, ec, item, Date.now() + lifeMs);
    } finally {
      this.#waiting -= 1;
    }
    return { rsc: 1000 };
  }

  #gather(target: string, ec: number, item: JsonObject, ends: number): Promise<void> {
    // What ends at another time does not travel with it: the whole delivery ends with its earliest request.
    const key = `${target} ${ec} ${Math.round(ends / 1000)}`;
    const known = this.#gathering.get(key);
    if (known !== undefined && known.requests.length < this.#context.settings.deliveryRequestsMax) {
      known.requests.push(item);
      return known.done;
    }
    const requests = [item];
    let close = (): void => {};
    const closed = new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, gatherMs);
      close = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    const done = closed.then(() => {
      if (this.#gathering.get(key)?.requests === requests) this.#gathering.delete(key);
      return this.#create(target, ec, requests, ends);
    });
    this.#gathering.set(key, { requests, ends, done, close });
    return done;
  }

  async #create(target: string, ec: number, requests: readonly JsonObject[], ends: number): Promise<void> {
    const { cseId, cseName } = this.#context.names;
    const representation: JsonObject = {
      sr: cseId,
      tg: target,
      ls: toTimestamp(ends),
      et: toTimestamp(ends + longestRetryMs),
      ec,
      dmd: { tcop: true, tcin: [cseId] },
      arq: { req: [...requests] },
    };
    const answer = await this.#perform({
      op: operation.create,
      to: cseName,
      ty: deliveryType,
      pc: { [element]: representation },
    });
    if (answer.rsc !== 2001) throw refusedWith(answer);
  }

  #saw({ kind, resource }: CommittedChange): void {
    if (resource.ty !== deliveryType) return;
    if (kind === 'deleted') {
      clearTimeout(this.#timers.get(resource.no));
      this.#timers.delete(resource.no);
    } else this.#later(resource.no, 0, 0);
  }

  #later(no: number, milliseconds: number, attempt: number): void {
    if (this.#stopped) return;
    clearTimeout(this.#timers.get(no));
    const timer = setTimeout(() => {
      this.#timers.delete(no);
      const run = this.#deliver(no, attempt).finally(() => this.#running.delete(run));
      this.#running.add(run);
    }, milliseconds);
    timer.unref();
    this.#timers.set(no, timer);
  }

  async #deliver(no: number, attempt: number): Promise<void> {
    const { store, names, log } = this.#context;
    const delivery = await store.byNumber(no);
    if (delivery === undefined || delivery.attributes.arq === undefined) return;
    const { tg, ls } = delivery.attributes;
    try {
      if ((fromTimestamp(String(ls)) ?? 0) <= Date.now()) {
        log.warn({ target: tg, delivery: delivery.ri }, 'a delivery was given up: its time is over');
      } else if (tg === names.cseId) await this.#carryOut(delivery);
      else await this.#passOn(delivery, String(tg));
      await deleteResource(this.#context, delivery, names.cseId);
    } catch (error) {
      if (this.#stopped) return;
      log.info({ target: tg, delivery: delivery.ri, attempt, reason: messageOf(error) }, 'a delivery waits');
      this.#later(no, Math.min(firstRetryMs * 2 ** Math.min(attempt, 20), longestRetryMs), attempt + 1);
    }
  }

  /** Hands a delivery to the next CSE on the way; a refusal that stays ends it. */
  async #passOn({ attributes }: Resource, target: string): Promise<void> {
    const { remote, names, log } = this.#context;
    const hop = await nextHop(this.#context, target, { local: false, cseId: target });
    const { sr = null, tg = null, ls = null, ec = null, arq = null, dmd } = attributes;
    const to = String((await remote.directory.of(hop.cseId))?.attributes.cb ?? `${hop.cseId}/-`);
    const pc = { [element]: { sr, tg, ls, et: ls, ec, arq, dmd: traced(dmd, names.cseId) } };
    const request = {
      op: operation.create,
      to,
      ty: deliveryType,
      rcn: 0,
      pc,
      fr: names.cseId,
      rqi: randomUUID(),
      rvi: release,
    };
    const answer = await remote.links.send(hop.cseId, request);
    if (answer.rsc < 4000) return;
    if (answer.rsc >= 5000 || answer.rsc === 4008 || answer.rsc === 4106 || answer.rsc === 4107)
      throw refusedWith(answer);
    log.warn({ target, hop: hop.cseId, reason: refusedWith(answer).message }, 'a delivery was refused');
  }

  async #carryOut({ attributes: { arq } }: Resource): Promise<void> {
    const { names, log, perform } = this.#context;
    for (const item of requestsIn(arq)) {
      const { mi, op, to, fr, rqi, pc } = item;
      const request = {
        ...(mi as JsonObject),
        op,
        to,
        fr,
        rqi,
        ...(pc === undefined ? {} : { pc }),
      } as object as RequestPrimitive;
      const originator = aeStem(String(fr), names);
      const answer = await perform(request, { originator, authenticated: false, registered: false });
      if (answer.rsc >= 4000)
        log.info({ to, originator, reason: refusedWith(answer).message }, 'a delivered request failed');
    }
  }

  #perform(request: Omit<RequestPrimitive, 'rqi' | 'fr'>): Promise<Answer> {
    const { cseId } = this.#context.names;
    return this.#context.perform(
      { ...request, fr: cseId, rqi: randomUUID(), rvi: release },
      { originator: cseId, authenticated: true, registered: true },
    );
  }
}

/** Requests of `arq`. */
export const requestsIn = (arq: Json | undefined): readonly JsonObject[] =>
  typeof arq === 'object' && arq !== null && !Array.isArray(arq) && Array.isArray(arq.req)
    ? (arq.req as JsonObject[])
    : [];

/**
 * Checks that a neighbour may have its requests delivered: it speaks for each originator, and all are for the same CSE.
 * @throws Refused BAD_REQUEST or ORIGINATOR_HAS_NO_PRIVILEGE
 */
export async function checkRequests(
  { names, remote }: Context,
  neighbour: string,
  target: string,
  arq: Json | undefined,
): Promise<void> {
  for (const { fr, to } of requestsIn(arq)) {
    const from = String(fr);
    const cse = cseOf(from);
    const own = cse === undefined || (!/^\/S/.test(from) && !(await remote.directory.speaksFor(neighbour, cse)));
    if (own) throw new Refused('ORIGINATOR_HAS_NO_PRIVILEGE', `arq: ${neighbour} does not speak for ${from}`);
    const address = readAddress(String(to), names);
    if ((address.local ? names.cseId : address.cseId) !== target)
      throw new Refused('BAD_REQUEST', `arq: ${String(to)} is not on ${target}, where the delivery goes`);
  }
}

/** Adds this CSE to the trace, when it is kept. */
function traced(dmd: Json | undefined, cseId: string): Json {
  if (typeof dmd !== 'object' || dmd === null || Array.isArray(dmd)) return { tcop: false };
  const passed = Array.isArray(dmd.tcin) ? dmd.tcin : [];
  return dmd.tcop === true && !passed.includes(cseId) ? { ...dmd, tcin: [...passed, cseId] } : dmd;
}

const refusedWith = ({ rsc, pc }: Answer): Error =>
  new Error(`${statusName(rsc) ?? rsc}: ${String(pc?.['m2m:dbg'] ?? '')}`);
