import { messageOf, systemErrorCode } from '#platform';
import type { Asker } from '../access/access.ts';
import { showsClaims } from '../access/claims.ts';
import { establishOriginator } from '../access/originator.ts';
import { right } from '../access/rule.ts';
import { readAddress } from '../address.ts';
import { checkGroupParameters } from '../groups/group-parameters.ts';
import { withMonitors } from '../notifications/monitors.ts';
import { operation, type RequestPrimitive, type ResponsePrimitive, type Session } from '../primitive.ts';
import { badRequest, Refused } from '../refusal.ts';
import { forward } from '../remote/forward.ts';
import { placeOfProviderId } from '../remote/provider-id.ts';
import { communicationMethod, isPlainlyBlocking } from '../requests/communication.ts';
import { carryOutInTime } from '../requests/in-time.ts';
import { hasTiming, readTiming, withAbsoluteTimes } from '../requests/timing.ts';
import { responseStatus } from '../response-status.ts';
import { Saturated } from '../store/write.ts';
import { refuseLocked } from '../transactions/refuse-locked.ts';
import { rehearse } from '../transactions/rehearsal.ts';
import type { Answer, Call, Context } from './context.ts';
import { create } from './create.ts';
import { remove } from './delete.ts';
import { notify } from './notify.ts';
import { checkPrimitive, operationName } from './primitive-check.ts';
import { retrieve } from './retrieve.ts';
import { findTarget } from './target.ts';
import { update } from './update.ts';
import { findVirtual, virtualResources } from './virtual.ts';

const procedures = { create, retrieve, update, delete: remove, notify } as const;

/** Carries out a request and turns whatever happens into a response; the only place where errors become responses. */
export async function handle(
  context: Context,
  request: RequestPrimitive,
  session: Session,
): Promise<ResponsePrimitive> {
  const { rqi = '', rvi } = request;
  const answer = await answerTo(context, request, session);
  return { ...answer, rqi, ...(rvi === undefined ? {} : { rvi }) };
}

async function answerTo(context: Context, request: RequestPrimitive, session: Session): Promise<Answer> {
  try {
    const asker = await checkPrimitive(request, () => establishOriginator(context, request, session));
    await checkAvailable(context, asker);
    if (request.ot !== undefined) context.clockSeen(asker.originator, request.ot);
    const known = await withClaims(context, request, asker);
    const answer = await communicate(context, { request, session, asker: known });
    const ati = context.furtherAuthorization.issuedTo(known) ?? known.claims?.assigned;
    return ati === undefined ? answer : { ...answer, ati };
  } catch (error) {
    return refusal(context, request, error);
  }
}

/** Adds what the request shows, and what the originator was granted earlier; for another CSE's resource, that CSE looks. */
async function withClaims(context: Context, request: RequestPrimitive, asker: Asker): Promise<Asker> {
  const shown = showsClaims(request) && readAddress(request.to, context.names).local;
  const claims = shown ? await context.claims.shownIn(request, asker.originator) : undefined;
  const held = context.furtherAuthorization.heldBy(asker.originator);
  if (claims === undefined && held.length === 0) return asker;
  const { roles = new Set<string>(), tokens = [], assigned } = claims ?? {};
  return {
    ...asker,
    claims: { roles, tokens: [...tokens, ...held], ...(assigned === undefined ? {} : { assigned }) },
  };
}

/** Carries out a request of this CSE's own making, for an originator that is established already. Never rejects. */
export async function perform(
  context: Context,
  request: RequestPrimitive,
  asker: Asker,
  gathered?: Call['gathered'],
): Promise<Answer> {
  try {
    await checkPrimitive(request, () => {});
    return await inTime(context, { request, session: {}, asker, ...(gathered === undefined ? {} : { gathered }) });
  } catch (error) {
    return refusal(context, request, error);
  }
}

/** Carries out a request of a transaction, or rehearses it. Never rejects. */
export async function transact(
  context: Context,
  how: 'rehearse' | 'perform',
  request: RequestPrimitive,
  asker: Asker,
  transaction: string,
): Promise<Answer> {
  const call: Call = { request, session: {}, asker, transaction };
  try {
    await checkPrimitive(request, () => {});
    if (how === 'perform') return await carryOut(context, call);
    // Nobody can be told something without being told.
    if (request.op === operation.notify) return await mayNotify(context, call);
    return await rehearse(context, (rehearsing) => dispatch(rehearsing, call));
  } catch (error) {
    return refusal(context, request, error);
  }
}

async function mayNotify(context: Context, { request, asker }: Call): Promise<Answer> {
  const { resource } = await findTarget(context, request.to);
  if (!(await context.access.permits(asker, right.notify, resource)))
    throw new Refused('ORIGINATOR_HAS_NO_PRIVILEGE', `${asker.originator} may not NOTIFY ${resource.path}`);
  return { rsc: responseStatus.OK.rsc };
}

/** The CSE serves within its own schedule (TS-0001 §9.6.9); its administrator can always mend the schedule. */
async function checkAvailable({ windows, admin }: Context, { originator }: Asker): Promise<void> {
  const wait = windows.untilAvailable();
  if ((typeof wait === 'number' ? wait : await wait) > 0 && originator !== admin)
    throw new Refused('TARGET_NOT_REACHABLE', 'to: this CSE is not available at this time, by its schedule');
}

/** Answers as the originator wants to be answered (TS-0004 §7.2.2.2, Recv-2.0). */
function communicate(context: Context, call: Call): Promise<Answer> {
  return call.request.rt === undefined ? inTime(context, call) : communicateAs(context, call);
}

async function communicateAs(context: Context, call: Call): Promise<Answer> {
  const { request } = call;
  if (isPlainlyBlocking(request)) {
    const answer = await inTime(context, call);
    // The transport wants an answer; the originator does not want the result.
    return request.rt?.rtv === 5 ? { rsc: responseStatus.ACCEPTED.rsc } : answer;
  }
  const timing = readTiming(request, Date.now());
  const method = await communicationMethod(context, request, timing);
  if (method === 'blocking') return inTime(context, call);
  return context.requests.accept({ ...call, request: withAbsoluteTimes(request, timing) }, method, timing);
}

/** Carries out a request for somebody who waits for the result. */
function inTime(context: Context, call: Call): Promise<Answer> {
  if (!hasTiming(call.request)) return carryOut(context, call);
  const timing = readTiming(call.request, Date.now());
  const request = withAbsoluteTimes(call.request, timing);
  return carryOutInTime(context, { ...call, request }, timing, (timely) => carryOut(context, timely));
}

async function carryOut(context: Context, call: Call): Promise<Answer> {
  const known = context.store.monitored();
  const monitored = known instanceof Promise ? await known : known;
  return monitored.size === 0
    ? dispatch(context, call)
    : withMonitors(context, call, monitored, () => dispatch(context, call));
}

async function dispatch(context: Context, call: Call): Promise<Answer> {
  const { op, to } = call.request;
  const name = operationName(op);
  if (name === undefined) throw badRequest('op: 1 to 5 is expected');
  if (to.startsWith('/')) {
    const address = readAddress(to, context.names);
    if (!address.local) {
      const place = await placeOfProviderId(context, to, address);
      if (place === undefined) return forward(context, call, address);
      return carryOut(context, { ...call, request: { ...call.request, to: place } });
    }
  }
  const virtual = await findVirtual(context, to);
  if (call.request.gid !== undefined || call.request.grtm !== undefined)
    await checkGroupParameters(context, call.request, virtual);
  if (virtual === undefined) {
    if (context.locks.held) await refuseLocked(context, call);
    return procedures[name](context, call);
  }
  const procedure = virtualResources[virtual.name]?.[name];
  if (procedure === undefined) {
    throw new Refused('OPERATION_NOT_ALLOWED', `op: ${name.toUpperCase()} is not possible on <${virtual.name}>`);
  }
  return procedure(context, call, virtual);
}

function refusal({ log }: Context, { rqi, op, to }: RequestPrimitive, error: unknown): Answer {
  if (error instanceof Refused) {
    const { rsc } = responseStatus[error.status];
    log.debug({ rqi, op, to, status: error.status, why: error.message }, 'refused');
    return { rsc, pc: { 'm2m:dbg': error.message }, ...error.parameters };
  }
  const { rsc } = responseStatus.INTERNAL_SERVER_ERROR;
  if (error instanceof Saturated) {
    log.warn({ rqi, op, to }, 'refused, because too much work waits');
    return { rsc, pc: { 'm2m:dbg': 'this CSE has too much work at the moment; try again' } };
  }
  // Our insides are for the log; the originator learns that it was not its fault.
  log.error(
    {
      rqi,
      op,
      to,
      reason: messageOf(error),
      code: systemErrorCode(error),
      stack: error instanceof Error ? error.stack : undefined,
    },
    'a request failed',
  );
  return { rsc, pc: { 'm2m:dbg': 'an internal error occurred; it was logged' } };
}
