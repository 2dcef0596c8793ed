import { messageOf } from '#platform';
import { right } from '../access/rule.ts';
import { badRequest, Refused } from '../refusal.ts';
import type { Answer, Call, Context } from './context.ts';
import { findTarget } from './target.ts';

const aeType = 2;
const cseBaseType = 5;
const answerTimeoutMs = 10_000;

/** NOTIFY, TS-0004 §7.3.3.9: an AE is reached at its point of access, and what it answers is passed on. */
export async function notify(context: Context, { request, asker }: Call): Promise<Answer> {
  const { resource, virtual } = await findTarget(context, request.to);
  if (virtual !== undefined || (resource.ty !== aeType && resource.ty !== cseBaseType)) {
    throw new Refused('OPERATION_NOT_ALLOWED', `to: only an <AE> or the <CSEBase> can be notified, not ${request.to}`);
  }
  if (!(await context.access.permits(asker, right.notify, resource))) {
    throw new Refused('ORIGINATOR_HAS_NO_PRIVILEGE', `${asker.originator} may not NOTIFY ${resource.path}`);
  }
  const { pc } = request;
  if (pc === undefined || Object.keys(pc).length !== 1)
    throw badRequest('pc: one member such as "m2m:sgn" is expected');
  if (resource.ty === cseBaseType) {
    throw new Refused('NOT_IMPLEMENTED', `pc: this CSE does not process ${Object.keys(pc)[0]}`);
  }
  try {
    const signal = AbortSignal.timeout(answerTimeoutMs);
    const { rsc, pc: answered } = await context.targets.sendToAe(
      resource,
      { ...request, to: `${context.names.cseId}/${resource.ri}` },
      signal,
    );
    return { rsc, ...(answered === undefined ? {} : { pc: answered }) };
  } catch (error) {
    if (error instanceof Refused) throw error;
    throw new Refused('TARGET_NOT_REACHABLE', `${resource.path} does not answer: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
