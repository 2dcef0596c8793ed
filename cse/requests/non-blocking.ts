import { type Log, messageOf } from '#platform';
import type { Asker } from '../access/access.ts';
import { readAddress } from '../address.ts';
import { type JsonObject, operation, type RequestPrimitive } from '../primitive.ts';
import type { Answer, Call, Context } from '../procedures/context.ts';
import { effectsOf, surroundingsOf } from '../procedures/effects.ts';
import { badRequest, Refused } from '../refusal.ts';
import { attributesOf } from '../representation.ts';
import { requestStatus } from '../resources/enumerations.ts';
import { responseStatus } from '../response-status.ts';
import type { Resource } from '../store/resource.ts';
import type { CommittedChange } from '../store/write.ts';
import { fromTimestamp, nowTimestamp } from '../timestamp.ts';
import { type CommunicationMethod, requestType } from './communication.ts';
import { at } from './in-time.ts';
import { checkNotificationTargets } from './notification-targets.ts';
import { PartialResults } from './partial-results.ts';
import { newRequestResource, requestIn, responseTypeIn, resultOf, statusAfter } from './request-resource.ts';
import type { Timing } from './timing.ts';

/** Requests of one originator that are carried out at the same time. */
const atOnceMax = 32;
/** Tries when the originator changes the policies of a <request> at the same moment. */
const attempts = 5;
const aeType = 2;
const { pending, forwarded, partiallyCompleted } = requestStatus.of;
const unfinished = [pending, forwarded, partiallyCompleted];
/** For an operation nobody limits in time. */
const operationMs = 60_000;

export interface RequestLimits {
  readonly pendingMax: number;
  readonly pendingPerOriginatorMax: number;
  /** How long a result is kept when the originator says nothing, ms. */
  readonly persistenceMs: number;
  /** Longest life of a <request>, ms. */
  readonly lifetimeMsMax: number;
}

type CarryOut = (request: RequestPrimitive, asker: Asker, gathered: (soFar: () => Answer) => void) => Promise<Answer>;

/** An accepted request whose operation is not finished. */
interface Pending {
  /** Number of its <request>. */
  readonly no: number;
  readonly originator: string;
  /** Who asks, as it was established; not known of requests that a previous run accepted. */
  readonly asker?: Asker;
  begun: boolean;
  callOff: () => void;
}

/** What an originator has under way. */
interface Share {
  count: number;
  running: number;
  readonly due: Pending[];
}

/**
 * Requests whose result is not waited for (TS-0001 §8.2.2): each is a <request> resource before it is acknowledged, so a
 * restart takes up what was not finished. An operation that was under way when the process died is carried out again.
 */
export class NonBlockingRequests {
  readonly #context: () => Context;
  readonly #carryOut: CarryOut;
  readonly #limits: RequestLimits;
  readonly #log: Log;
  readonly #pending = new Map<number, Pending>();
  readonly #shares = new Map<string, Share>();
  readonly #running = new Set<Promise<void>>();
  readonly #waits = new Set<(reason: Refused) => void>();
  #count = 0;
  #stopping = false;

  /** @param options.carryOut carries out a request, and tells meanwhile what a group has gathered; never rejects */
  constructor(options: {
    readonly context: () => Context;
    readonly carryOut: CarryOut;
    readonly limits: RequestLimits;
    readonly log: Log;
  }) {
    this.#context = options.context;
    this.#carryOut = options.carryOut;
    this.#limits = options.limits;
    this.#log = options.log;
  }

  /** Requests accepted and not finished. */
  get depth(): number {
    return this.#count;
  }

  /** Takes up what a previous run left. */
  async start(): Promise<void> {
    const { store, names } = this.#context();
    const base = await store.byPath(names.cseName);
    const { rows } = await store.pool.query<{ no: number; originator: string; oet: string | null }>(
      `SELECT no, attributes->>'org' AS originator, attributes->'mi'->>'oet' AS oet FROM cse.resource
       WHERE parent_no = $1 AND ty = $2 AND (attributes->>'rs')::integer = ANY ($3) ORDER BY no`,
      [base?.no, requestType, unfinished],
    );
    for (const { no, originator, oet } of rows) {
      this.#take(originator);
      this.#schedule({ no, originator, begun: false, callOff: () => {} }, fromTimestamp(oet ?? '') ?? 0);
    }
  }

  /**
   * Accepts a request: stores it as <request>, and answers where that is (TS-0004 §7.3.2.2, §7.3.2.3).
   * @throws Refused when it cannot be accepted; nothing is stored then
   */
  async accept(call: Call, method: Exclude<CommunicationMethod, 'blocking'>, timing: Timing): Promise<Answer> {
    const context = this.#context();
    const { request, asker } = call;
    if (request.op === operation.create && request.ty === requestType)
      throw new Refused('OPERATION_NOT_ALLOWED', 'ty: <request> is made by the CSE only');
    if (['', 'C', 'S'].includes(asker.originator))
      throw badRequest('rt: 3 (blocking) is expected when the AE-ID is yet to be given');
    if (method === 'asynchronous') await checkNotificationTargets(context, asker, request.rt?.nu);
    const expires = this.#expirationOf(timing);
    this.#reserve(asker.originator);
    try {
      const base = await context.store.byPath(context.names.cseName);
      if (base === undefined) throw new Error('the CSEBase is missing');
      const resource = newRequestResource({ no: await context.numbers.next(), base, request, asker, expires });
      await this.#store(context, resource);
      const pending = { no: resource.no, originator: asker.originator, asker, begun: false, callOff: () => {} };
      this.#schedule(pending, timing.oet ?? 0);
      const { rsc } =
        responseStatus[method === 'synchronous' ? 'ACCEPTED_NON_BLOCKING_SYNCH' : 'ACCEPTED_NON_BLOCKING_ASYNCH'];
      return { rsc, pc: { 'm2m:uri': `${context.names.cseId}/${resource.ri}` }, ot: nowTimestamp() };
    } catch (error) {
      this.#release(asker.originator);
      throw error;
    }
  }

  /** Forgets a request whose operation has not begun. @returns false when it has */
  cancel(no: number): boolean {
    const pending = this.#pending.get(no);
    if (pending === undefined || pending.begun) return false;
    pending.callOff();
    pending.begun = true;
    this.#pending.delete(no);
    this.#release(pending.originator);
    return true;
  }

  /** A <request> that expired, or was deleted otherwise, is not carried out. */
  changed({ kind, resource }: CommittedChange): void {
    if (kind === 'deleted' && resource.ty === requestType) this.cancel(resource.no);
  }

  /**
   * Waits for the execution time of a blocking request, which counts among the pending.
   * @throws Refused when too many wait, or the CSE is being stopped
   */
  async waitUntil(time: number, originator: string): Promise<void> {
    this.#reserve(originator);
    try {
      await new Promise<void>((resolve, reject) => {
        const callOff = at(time, () => {
          this.#waits.delete(giveUp);
          resolve();
        });
        const giveUp = (reason: Refused): void => {
          callOff();
          reject(reason);
        };
        this.#waits.add(giveUp);
      });
    } finally {
      this.#release(originator);
    }
  }

  /** Begins nothing more; what has not begun stays stored, blocking requests that wait are refused. */
  close(): void {
    this.#stopping = true;
    for (const { callOff } of this.#pending.values()) callOff();
    const reason = new Refused('INTERNAL_SERVER_ERROR', 'this CSE is being stopped; try again');
    for (const giveUp of this.#waits) giveUp(reason);
    this.#waits.clear();
  }

  /** Resolves when what was under way has ended. */
  async drained(): Promise<void> {
    await Promise.allSettled(this.#running);
  }

  /** @throws Refused BAD_REQUEST when it would be too long (TS-0004 Table 7.3.2.2-1) */
  #expirationOf({ rqet, rset, oet, rp }: Timing): number {
    const { persistenceMs, lifetimeMsMax } = this.#limits;
    const now = Date.now();
    const result = Math.max(now, rqet ?? 0, rset ?? 0, oet ?? 0);
    const asked = Math.max(result, rp ?? 0);
    if (asked - now > lifetimeMsMax) {
      throw badRequest(
        `rqet, rset, oet, rp: the <request> would be kept for more than ${lifetimeMsMax / 1000} s (cse.requestSecondsMax)`,
      );
    }
    if (rp === undefined) return Math.min(result + persistenceMs, now + lifetimeMsMax);
    // However short the result is to be kept, the operation needs its time.
    return Math.max(asked, now + operationMs);
  }

  #reserve(originator: string): void {
    const { pendingMax, pendingPerOriginatorMax } = this.#limits;
    const refuse = (limit: string): never => {
      throw new Refused('INTERNAL_SERVER_ERROR', `rt: ${limit}; try again when some are finished`);
    };
    if (this.#stopping) refuse('this CSE is being stopped');
    if (this.#count >= pendingMax) refuse(`${pendingMax} requests are pending (cse.requestsPendingMax)`);
    if ((this.#shares.get(originator)?.count ?? 0) >= pendingPerOriginatorMax)
      refuse(`${pendingPerOriginatorMax} requests of ${originator} are pending (cse.requestsPerOriginatorMax)`);
    this.#take(originator);
  }

  #take(originator: string): void {
    const share = this.#shares.get(originator) ?? { count: 0, running: 0, due: [] };
    this.#shares.set(originator, share);
    share.count += 1;
    this.#count += 1;
  }

  #release(originator: string): void {
    this.#count -= 1;
    const share = this.#shares.get(originator);
    if (share === undefined) return;
    share.count -= 1;
    if (share.count === 0) this.#shares.delete(originator);
  }

  #schedule(pending: Pending, time: number): void {
    this.#pending.set(pending.no, pending);
    pending.callOff = at(time, () => {
      this.#shares.get(pending.originator)?.due.push(pending);
      this.#runDue(pending.originator);
    });
  }

  /** Each originator has its own line, so that one whose operations take long holds up nobody else. */
  #runDue(originator: string): void {
    const share = this.#shares.get(originator);
    while (share !== undefined && !this.#stopping && share.running < atOnceMax) {
      const pending = share.due.shift();
      if (pending === undefined) return;
      if (pending.begun) continue;
      pending.begun = true;
      share.running += 1;
      const running = this.#run(pending)
        .catch((error: unknown) =>
          this.#log.warn({ reason: messageOf(error) }, 'the result of a request could not be stored'),
        )
        .finally(() => {
          this.#running.delete(running);
          this.#pending.delete(pending.no);
          share.running -= 1;
          this.#release(originator);
          this.#runDue(originator);
        });
      this.#running.add(running);
    }
  }

  async #run({ no, originator, asker }: Pending): Promise<void> {
    const context = this.#context();
    const { store, names, security, admin } = context;
    const resource = await store.byNumber(no);
    if (resource === undefined) return;
    const request = requestIn(resource);
    if (!readAddress(request.to, names).local) await this.#update(context, no, { rs: forwarded });
    const registered = originator === admin || (await store.byRi(originator))?.ty === aeType;
    const partial = new PartialResults((soFar) =>
      this.#update(context, no, {
        rs: partiallyCompleted,
        ors: resultOf(request, soFar, names.cseId),
      }),
    );
    const answer = await this.#carryOut(
      request,
      asker ?? { originator, authenticated: security === 'token', registered },
      (soFar) => partial.changed(soFar),
    );
    await partial.ended();
    // What failed because we stop is taken up by the next run.
    if (this.#stopping && answer.rsc >= 4000) return;
    const result = resultOf(request, answer, names.cseId);
    const rset = fromTimestamp(request.rset ?? '');
    const outdated = rset !== undefined && rset <= Date.now() && answer.rsc < 4000;
    const targets = outdated ? [] : notificationTargets(resource);
    const body = JSON.stringify({ 'm2m:rsp': result });
    const notifications = targets.map((target) => ({ subscription: no, target, body }));
    await this.#update(context, no, { rs: statusAfter(answer), ors: result }, notifications);
  }

  async #store(context: Context, resource: Resource): Promise<void> {
    const surroundings = await surroundingsOf(context, resource, true);
    const effects = () =>
      effectsOf(context, 'created', resource, resource.creator, attributesOf(resource), surroundings);
    const outcome = await context.committer.submit({ kind: 'create', resource, effects });
    if (!outcome.done) throw new Error(`the <request> ${resource.ri} could not be stored: ${outcome.why}`);
  }

  /** TS-0004 §7.3.2.5; who has to be told is stored with the result. */
  async #update(
    context: Context,
    no: number,
    modified: JsonObject,
    notifications: readonly { subscription: number; target: string; body: string }[] = [],
  ): Promise<void> {
    const { store, committer, names } = context;
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
      const before = await store.byNumber(no);
      if (before === undefined) return;
      const given = { ...modified, lt: nowTimestamp() };
      const resource = { ...before, version: before.version + 1, attributes: { ...before.attributes, ...given } };
      const surroundings = await surroundingsOf(context, resource, false);
      const outcome = await committer.submit({
        kind: 'update',
        resource,
        effects: () => {
          const own = effectsOf(context, 'updated', resource, names.cseId, attributesOf(resource), surroundings, given);
          return { ...own, notifications: [...own.notifications, ...notifications] };
        },
      });
      if (outcome.done) return;
      store.invalidate({ containers: [], resources: [no], subscribed: [], subtrees: [] });
    }
    this.#log.warn({ no }, 'a <request> was changed by others all the time, its result is lost');
  }
}

/** Whom the result goes to (TS-0004 §7.5.1.2.5): those named, nobody for an empty list, else the originator. */
function notificationTargets(resource: Resource): readonly string[] {
  const rt = responseTypeIn(resource);
  // A flexible request became asynchronous because it names targets; without, it is a synchronous one.
  if (rt === undefined || rt.rtv === 1) return [];
  if (rt.rtv === 4) return rt.nu ?? [];
  return rt.nu ?? [String(resource.attributes.org)];
}
