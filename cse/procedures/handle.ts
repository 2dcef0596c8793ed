import { messageOf, systemErrorCode } from '#platform';
import type { Asker } from '../access/access.ts';
import { establishOriginator } from '../access/originator.ts';
import { readAddress } from '../address.ts';
import { checkGroupParameters } from '../groups/group-parameters.ts';
import { withMonitors } from '../notifications/monitors.ts';
import type { RequestPrimitive, ResponsePrimitive, Session } from '../primitive.ts';
import { badRequest, Refused } from '../refusal.ts';
import { forward } from '../remote/forward.ts';
import { responseStatus } from '../response-status.ts';
import { Saturated } from '../store/write.ts';
import type { Answer, Call, Context } from './context.ts';
import { create } from './create.ts';
import { remove } from './delete.ts';
import { notify } from './notify.ts';
import { checkPrimitive, operationName } from './primitive-check.ts';
import { retrieve } from './retrieve.ts';
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
    return await carryOut(context, { request, session, asker });
  } catch (error) {
    return refusal(context, request, error);
  }
}

/** Carries out a request of this CSE's own making, for an originator that is established already. Never rejects. */
export async function perform(context: Context, request: RequestPrimitive, asker: Asker): Promise<Answer> {
  try {
    await checkPrimitive(request, () => {});
    return await carryOut(context, { request, session: {}, asker });
  } catch (error) {
    return refusal(context, request, error);
  }
}

/** The CSE serves within its own schedule (TS-0001 §9.6.9); its administrator can always mend the schedule. */
async function checkAvailable({ windows, admin }: Context, { originator }: Asker): Promise<void> {
  const wait = windows.untilAvailable();
  if ((typeof wait === 'number' ? wait : await wait) > 0 && originator !== admin)
    throw new Refused('TARGET_NOT_REACHABLE', 'to: this CSE is not available at this time, by its schedule');
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
    if (!address.local) return forward(context, call, address);
  }
  const virtual = await findVirtual(context, to);
  if (call.request.gid !== undefined || call.request.grtm !== undefined)
    await checkGroupParameters(context, call.request, virtual);
  if (virtual === undefined) return procedures[name](context, call);
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
    return { rsc, pc: { 'm2m:dbg': error.message } };
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
