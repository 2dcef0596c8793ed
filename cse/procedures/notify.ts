import { messageOf } from '#platform';
import { right } from '../access/rule.ts';
import { aeStem } from '../address.ts';
import type { JsonObject } from '../primitive.ts';
import { badRequest, Refused } from '../refusal.ts';
import type { Resource } from '../store/resource.ts';
import type { Answer, Call, Context } from './context.ts';
import { receivers } from './receivers.ts';
import { findTarget } from './target.ts';

const aeType = 2;
/** For an AE that polls, when the request says nothing. */
const answerTimeoutMs = 60_000;

/**
 * NOTIFY, TS-0004 §7.3.3.9: an AE is reached at its point of access, and what it answers is passed on; what takes
 * notifications itself is in the table of receivers.
 */
export async function notify(context: Context, call: Call): Promise<Answer> {
  const { request, asker } = call;
  const { resource, virtual } = await findTarget(context, request.to);
  const receive = virtual === undefined ? receivers[resource.ty] : undefined;
  if (receive === undefined && (virtual !== undefined || resource.ty !== aeType)) {
    throw new Refused(
      'OPERATION_NOT_ALLOWED',
      `to: ${request.to} cannot be notified, only an <AE> or the <CSEBase> can`,
    );
  }
  const { pc } = request;
  if (receive !== undefined) return receive(context, call, resource);
  if (!(await context.access.permits(asker, right.notify, resource))) {
    throw new Refused(
      verification(pc) === undefined ? 'ORIGINATOR_HAS_NO_PRIVILEGE' : 'SUBSCRIPTION_HOST_HAS_NO_PRIVILEGE',
      `${asker.originator} may not NOTIFY ${resource.path}`,
    );
  }
  await checkCreator(context, pc, resource);
  if (pc === undefined || Object.keys(pc).length !== 1)
    throw badRequest('pc: one member such as "m2m:sgn" is expected');
  if ((await context.windows.untilReachable(resource.ri)) > 0)
    throw new Refused(
      'TARGET_NOT_REACHABLE',
      `${resource.path} cannot be reached at this time, by its node's schedule`,
    );
  try {
    const { rt: _rt, ...retargeted } = request;
    const signal = call.signal ?? AbortSignal.timeout(answerTimeoutMs);
    const { rsc, pc: answered } = await context.targets.sendToAe(
      resource,
      // How the originator wants to be answered is between it and this CSE.
      { ...retargeted, to: `${context.names.cseId}/${resource.ri}` },
      signal,
    );
    return { rsc, ...(answered === undefined ? {} : { pc: answered }) };
  } catch (error) {
    if (call.signal?.reason instanceof Refused) throw call.signal.reason;
    if (error instanceof Refused) throw error;
    throw new Refused('TARGET_NOT_REACHABLE', `${resource.path} does not answer: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** The notification object of a request for verification. */
function verification(pc: JsonObject | undefined): JsonObject | undefined {
  const notification = pc?.['m2m:sgn'];
  const isObject = typeof notification === 'object' && notification !== null && !Array.isArray(notification);
  return isObject && notification.vrq === true ? notification : undefined;
}

/** Who created the subscription has to have the right to NOTIFY as well as who hosts it (TS-0004 §7.5.1.2.3). */
async function checkCreator({ access, names }: Context, pc: JsonObject | undefined, target: Resource): Promise<void> {
  const creator = verification(pc)?.cr;
  if (typeof creator !== 'string') return;
  const asker = { originator: aeStem(creator, names), authenticated: true, registered: true };
  if (!(await access.permits(asker, right.notify, target))) {
    throw new Refused('SUBSCRIPTION_CREATOR_HAS_NO_PRIVILEGE', `cr: ${creator} may not NOTIFY ${target.path}`);
  }
}
