import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type pg from 'pg';
import { type Log, messageOf } from '#platform';
import type { Asker } from '../access/access.ts';
import { readAddress } from '../address.ts';
import { type JsonObject, operation, type RequestPrimitive } from '../primitive.ts';
import type { Answer, Call, Context } from '../procedures/context.ts';
import { effectsOf, surroundingsOf } from '../procedures/effects.ts';
import { changeResource } from '../procedures/own-change.ts';
import { badRequest, Refused } from '../refusal.ts';
import { attributesOf } from '../representation.ts';
import { requestStatus } from '../resources/enumerations.ts';
import { responseStatus } from '../response-status.ts';
import type { Resource } from '../store/resource.ts';
import type { CommittedChange, Outgoing } from '../store/write.ts';
import { fromTimestamp, nowTimestamp } from '../timestamp.ts';
import { Claims } from './claims.ts';
import { type CommunicationMethod, requestType } from './communication.ts';
import { at } from './in-time.ts';
import { expirationOf, type LifetimeLimits } from './lifetime.ts';
import { checkNotificationTargets, notificationTargets } from './notification-targets.ts';
import { PartialResults } from './partial-results.ts';
import { isFinished, newRequestResource, requestIn, resultOf, statusAfter } from './request-resource.ts';
import { type Pending, type PendingLimits, Shares } from './shares.ts';
import type { Timing } from './timing.ts';

/** Requests of one originator that are carried out at the same time. */
const atOnceMax = 32;
/** Tries to store a result. */
const attempts = 30;
const retryMs = 1_000;
const aeType = 2;
const { forwarded, partiallyCompleted } = requestStatus.of;
/** Between two looks for what other nodes left. */
const takeUpEveryMs = 30_000;

type CarryOut = (request: RequestPrimitive, asker: Asker, gathered: (soFar: () => Answer) => void) => Promise<Answer>;

/**
 * Requests whose result is not waited for (TS-0001 §8.2.2): each is a <request> resource before it is acknowledged, so a
 * restart, or another node, takes up what was not finished. An operation that was under way when the process died is
 * carried out again.
 */
export class NonBlockingRequests {
  readonly #context: () => Context;
  readonly #carryOut: CarryOut;
  readonly #limits: LifetimeLimits;
  readonly #log: Log;
  readonly #pending = new Map<number, Pending>();
  readonly #shares: Shares;
  readonly #running = new Set<Promise<void>>();
  readonly #claims: Claims;
  readonly #waits = new Set<(reason: Refused) => void>();
  #timer: NodeJS.Timeout | undefined;
  #stopping = false;

  /** @param options.carryOut carries out a request, and tells meanwhile what a group has gathered; never rejects */
  constructor(options: {
    readonly context: () => Context;
    readonly pool: pg.Pool;
    readonly carryOut: CarryOut;
    readonly limits: PendingLimits & LifetimeLimits;
    readonly log: Log;
  }) {
    this.#context = options.context;
    this.#carryOut = options.carryOut;
    this.#limits = options.limits;
    this.#shares = new Shares(options.limits);
    this.#log = options.log;
    this.#claims = new Claims(options.pool, options.log);
  }

  /** Requests accepted and not finished. */
  get depth(): number {
    return this.#shares.count;
  }

  /** Takes up what a previous run left, and from time to time what other nodes did. */
  async start(): Promise<void> {
    await this.#takeUp();
    this.#timer = setInterval(() => {
      this.#takeUp().catch((error: unknown) =>
        this.#log.warn({ reason: messageOf(error) }, 'unfinished requests are looked for again'),
      );
    }, takeUpEveryMs);
  }

  async #takeUp(): Promise<void> {
    for (const { no, originator, rqi, oet } of await this.#claims.unfinished()) {
      if (this.#stopping || this.#pending.has(no)) continue;
      this.#shares.take(originator);
      this.#schedule({ no, originator, rqi, begun: false, callOff: () => {} }, fromTimestamp(oet ?? '') ?? 0);
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
    const known = await this.#pendingWith(asker.originator, request);
    if (known !== undefined) return this.#acknowledgement(method, known);
    const expires = expirationOf(timing, this.#limits);
    this.#reserve(asker.originator);
    try {
      const base = await context.store.byPath(context.names.cseName);
      if (base === undefined) throw new Error('the CSEBase is missing');
      const resource = newRequestResource({ no: await context.numbers.next(), base, request, asker, expires });
      await this.#store(context, resource);
      const { originator } = asker;
      const pending = { no: resource.no, originator, rqi: request.rqi, asker, begun: false, callOff: () => {} };
      this.#schedule(pending, timing.oet ?? 0);
      return this.#acknowledgement(method, resource);
    } catch (error) {
      this.#shares.release(asker.originator);
      throw error;
    }
  }

  /** Recalls a request whose operation no node has begun. @returns false when one has */
  async recall(no: number): Promise<boolean> {
    if (this.#pending.get(no)?.begun === true || !(await this.#claims.take(no))) return false;
    this.#drop(no);
    await this.#claims.release(no);
    return true;
  }

  /** A <request> that expired, or was deleted otherwise, is not carried out. */
  changed({ kind, resource }: CommittedChange): void {
    if (kind === 'deleted' && resource.ty === requestType) this.#drop(resource.no);
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
      this.#shares.release(originator);
    }
  }

  /** Begins nothing more; what has not begun stays stored, blocking requests that wait are refused. */
  close(): void {
    this.#stopping = true;
    clearInterval(this.#timer);
    for (const { callOff } of this.#pending.values()) callOff();
    for (const giveUp of this.#waits) giveUp(stopping());
    this.#waits.clear();
  }

  /** Resolves when what was under way has ended. */
  async drained(): Promise<void> {
    await Promise.allSettled(this.#running);
    this.#claims.close();
  }

  #acknowledgement(method: 'synchronous' | 'asynchronous', { ri }: Resource): Answer {
    const { rsc } =
      responseStatus[method === 'synchronous' ? 'ACCEPTED_NON_BLOCKING_SYNCH' : 'ACCEPTED_NON_BLOCKING_ASYNCH'];
    return { rsc, pc: { 'm2m:uri': `${this.#context().names.cseId}/${ri}` }, ot: nowTimestamp() };
  }

  /**
   * The <request> of a request that arrives again, since its acknowledgement was lost perhaps (TS-0001 §7.1.7).
   * @throws Refused BAD_REQUEST when another one with its identifier is pending
   */
  async #pendingWith(originator: string, request: RequestPrimitive): Promise<Resource | undefined> {
    const no = this.#shares.of(originator)?.numbers.get(request.rqi);
    const resource = no === undefined ? undefined : await this.#context().store.byNumber(no);
    // One whose result is stored is not pending, although its claim may still be under way.
    if (resource === undefined || isFinished(resource)) return undefined;
    const known = requestIn(resource);
    const { op, to, ty } = request;
    // The store does not keep the order of members.
    if (known.op === op && known.to === to && known.ty === ty && isDeepStrictEqual(known.pc, request.pc))
      return resource;
    throw badRequest(`rqi: a different request "${request.rqi}" is pending`);
  }

  #reserve(originator: string): void {
    if (this.#stopping) throw stopping();
    this.#shares.reserve(originator);
  }

  #drop(no: number): void {
    const pending = this.#pending.get(no);
    if (pending === undefined || pending.begun) return;
    pending.callOff();
    pending.begun = true;
    this.#forget(pending);
    this.#shares.release(pending.originator);
  }

  #forget({ no, originator, rqi }: Pending): void {
    this.#pending.delete(no);
    const numbers = this.#shares.of(originator)?.numbers;
    if (numbers?.get(rqi) === no) numbers.delete(rqi);
  }

  #schedule(pending: Pending, time: number): void {
    this.#pending.set(pending.no, pending);
    this.#shares.of(pending.originator)?.numbers.set(pending.rqi, pending.no);
    pending.callOff = at(time, () => {
      this.#shares.of(pending.originator)?.due.push(pending);
      this.#runDue(pending.originator);
    });
  }

  /** Each originator has its own line, so that one whose operations take long holds up nobody else. */
  #runDue(originator: string): void {
    const share = this.#shares.of(originator);
    while (share !== undefined && !this.#stopping && share.running < atOnceMax) {
      const pending = share.due.shift();
      if (pending === undefined) return;
      if (pending.begun) continue;
      pending.begun = true;
      share.running += 1;
      const running = this.#runAlone(pending)
        .catch((error: unknown) =>
          this.#log.warn({ reason: messageOf(error) }, 'the result of a request could not be stored'),
        )
        .finally(() => {
          this.#running.delete(running);
          this.#forget(pending);
          share.running -= 1;
          this.#shares.release(originator);
          this.#runDue(originator);
        });
      this.#running.add(running);
    }
  }

  /** What another node is carrying out, or has, is left to it. */
  async #runAlone(pending: Pending): Promise<void> {
    if (!(await this.#claims.take(pending.no))) return;
    try {
      await this.#run(pending);
    } finally {
      await this.#claims.release(pending.no);
    }
  }

  async #run({ no, originator, asker }: Pending): Promise<void> {
    const context = this.#context();
    const { store, names, security, admin } = context;
    const resource = await store.byNumber(no);
    if (resource === undefined) return;
    const request = requestIn(resource);
    if (!readAddress(request.to, names).local) await this.#update(no, { rs: forwarded });
    const registered = originator === admin || (await store.byRi(originator))?.ty === aeType;
    const partial = new PartialResults((soFar) =>
      this.#update(no, { rs: partiallyCompleted, ors: resultOf(request, soFar, names.cseId) }),
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
    await this.#update(no, { rs: statusAfter(answer), ors: result }, notifications);
  }

  async #store(context: Context, resource: Resource): Promise<void> {
    const surroundings = await surroundingsOf(context, resource, true);
    const effects = () =>
      effectsOf(context, 'created', resource, resource.creator, attributesOf(resource), surroundings);
    const outcome = await context.committer.submit({ kind: 'create', resource, effects });
    if (!outcome.done) throw new Error(`the <request> ${resource.ri} could not be stored: ${outcome.why}`);
  }

  /** TS-0004 §7.3.2.5; who has to be told is stored with the result. */
  async #update(no: number, change: JsonObject, told: readonly Outgoing[] = []): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await changeResource(this.#context(), no, () => change, told);
        return;
      } catch (error) {
        // The operation has been carried out: its result is worth waiting for a store that is busy or away.
        if (attempt === attempts || this.#stopping) throw error;
        await delay(retryMs);
      }
    }
  }
}

const stopping = (): Refused => new Refused('INTERNAL_SERVER_ERROR', 'this CSE is being stopped; try again');
