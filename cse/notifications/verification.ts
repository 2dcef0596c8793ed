import { messageOf } from '#platform';
import type { Asker } from '../access/access.ts';
import { right } from '../access/rule.ts';
import type { Context } from '../procedures/context.ts';
import { badRequest, Refused } from '../refusal.ts';
import { statusName } from '../response-status.ts';

const timeoutMs = 5_000;
const crossResourceSubscriptionType = 48;

/** Verifies targets side by side; the first that fails decides. */
export async function verifyAll(
  context: Context,
  targets: readonly string[],
  asker: Asker,
  subscription: string,
): Promise<void> {
  await Promise.all(targets.map((target) => verify(context, target, asker, subscription)));
}

/**
 * Asks a target that is a resource whether it wants to be notified (TS-0004 §7.5.1.2.3). URLs are not asked: the standard
 * expects no answer from them.
 *
 * @param subscription identifier of the subscription to be
 * @throws Refused SUBSCRIPTION_VERIFICATION_INITIATION_FAILED; BAD_REQUEST for a protocol nobody speaks here
 */
export async function verify(context: Context, target: string, asker: Asker, subscription: string): Promise<void> {
  const { access, targets, names } = context;
  if (target.includes('://')) {
    if (!targets.speaks(target)) throw badRequest(`nu: the protocol of "${target}" is not spoken here`);
    return;
  }
  const failed = (why: string, cause?: unknown): Refused =>
    new Refused('SUBSCRIPTION_VERIFICATION_INITIATION_FAILED', `nu: ${target} was not verified: ${why}`, { cause });
  const resource = await targets.resourceAt(target);
  // A cross-resource subscription asks for the notifications of its members itself, for its creator.
  const own = resource?.ty === crossResourceSubscriptionType && resource.creator === asker.originator;
  if (resource !== undefined && !own && !(await access.permits(asker, right.notify, resource)))
    throw failed(`${asker.originator} may not NOTIFY it`);
  const content = { 'm2m:sgn': { vrq: true, cr: asker.originator, sur: `${names.cseId}/${subscription}` } };
  let rsc: number;
  try {
    ({ rsc } = await targets.send(target, content, AbortSignal.timeout(timeoutMs)));
  } catch (error) {
    throw failed(messageOf(error), error);
  }
  if (rsc !== 2000) throw failed(`it answered ${statusName(rsc) ?? rsc}`);
}
