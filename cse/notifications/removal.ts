import { messageOf } from '#platform';
import { aeStem } from '../address.ts';
import type { JsonObject } from '../primitive.ts';
import type { Context } from '../procedures/context.ts';
import { changeResource } from '../procedures/own-change.ts';
import { deleteResource } from '../procedures/own-delete.ts';
import type { VirtualProcedure } from '../procedures/virtual-target.ts';
import { Refused } from '../refusal.ts';
import { notificationTargetPolicyAction } from '../resources/enumerations.ts';
import type { SubscriptionAttributes } from '../resources/index.ts';
import { statusName } from '../response-status.ts';
import type { Resource } from '../store/resource.ts';
import { applies, policyFor } from './removal-policy.ts';
import { storeNotifications } from './tell.ts';

const answerTimeoutMs = 10_000;
const { accept, reject, askSubscriptionCreatorFirst } = notificationTargetPolicyAction.of;

/** DELETE of <notificationTargetSelfReference>: a target wishes to be told nothing more (TS-0004 §7.4.33.2.4). */
export const removeItself: VirtualProcedure = async (context, { asker, request }, { parent, rest }) => {
  if (rest !== '') throw new Refused('NOT_FOUND', `to: there is no resource ${request.to}`);
  await removeTarget(context, parent, asker.originator);
  return { rsc: 2002 };
};

/**
 * Removes a target from a subscription, or not, as its policy says (TS-0001 §10.2.10.8).
 *
 * @param originator AE-ID stem, or CSE-ID, of the target
 * @throws Refused ORIGINATOR_HAS_NO_PRIVILEGE when it stays
 */
export async function removeTarget(context: Context, subscription: Resource, originator: string): Promise<void> {
  const isMeant = (target: string) => aeStem(target, context.names) === originator;
  const { nu } = subscription.attributes as unknown as SubscriptionAttributes;
  const refused = (why: string) => new Refused('ORIGINATOR_HAS_NO_PRIVILEGE', `to: ${originator} ${why}`);
  if (!nu.some(isMeant)) throw refused(`is not a target of ${subscription.path}`);
  const policy = await policyFor(context, subscription, isMeant);
  if (policy !== undefined && !(await applies(context, policy, originator)))
    throw refused(`stays a target: the rules of ${policy.path} do not hold`);
  const action = policy?.attributes.acn ?? accept;
  if (action === reject) throw refused(`stays a target, by ${policy?.path}`);
  if (action === askSubscriptionCreatorFirst) {
    if (!(await creatorAgrees(context, subscription, originator)))
      throw refused(`stays a target: ${subscription.creator} has not agreed`);
  } else if (action !== accept) {
    await storeNotifications(context, [
      // It goes to the creator, whatever the policies of the subscription.
      {
        subscription: -subscription.no,
        target: subscription.creator,
        body: JSON.stringify(wish(context, subscription, originator)),
      },
    ]);
    throw refused(`stays a target until ${subscription.creator}, who has been told, removes it`);
  }
  await takeOut(context, subscription, isMeant);
}

/** What the creator is told, or asked. */
const wish = ({ names }: Context, { ri }: Resource, originator: string): JsonObject => ({
  'm2m:sgn': { sur: `${names.cseId}/${ri}`, ntt: originator, trr: true },
});

async function creatorAgrees(context: Context, subscription: Resource, originator: string): Promise<boolean> {
  const { targets, log } = context;
  const { creator } = subscription;
  try {
    const signal = AbortSignal.timeout(answerTimeoutMs);
    const { rsc, pc } = await targets.send(creator, wish(context, subscription, originator), signal);
    if (rsc < 3000 && memberOf(pc, 'tra') === true) return true;
    log.debug({ creator, answer: statusName(rsc) ?? rsc }, 'a notification target was not removed');
  } catch (error) {
    log.info({ creator, reason: messageOf(error) }, 'nobody could be asked about a notification target');
  }
  return false;
}

/** A subscription without targets has nobody left to tell; it goes with its last one. */
async function takeOut(context: Context, { no }: Resource, isMeant: (target: string) => boolean): Promise<void> {
  let emptied: Resource | undefined;
  await changeResource(context, no, (now) => {
    const { nu } = now.attributes as unknown as SubscriptionAttributes;
    const left = nu.filter((target) => !isMeant(target));
    emptied = left.length === 0 ? now : undefined;
    return left.length === 0 || left.length === nu.length ? undefined : { nu: left };
  });
  if (emptied !== undefined) await deleteResource(context, emptied, context.names.cseId);
}

/** Heeds a target that says in its answer to a notification that it wants no more (`trr`, TS-0001 §10.2.10.6). */
export async function heedAnswer(
  context: Context,
  subscription: Resource,
  target: string,
  answer: JsonObject | undefined,
): Promise<void> {
  if (answer === undefined || target.includes('://') || memberOf(answer, 'trr') !== true) return;
  await removeTarget(context, subscription, aeStem(target, context.names)).catch((error: unknown) => {
    if (!(error instanceof Refused)) throw error;
    context.log.debug({ target, reason: error.message }, 'a notification target stays');
  });
}

function memberOf(pc: JsonObject | undefined, name: string): unknown {
  const notification = pc?.['m2m:sgn'];
  return typeof notification === 'object' && notification !== null && !Array.isArray(notification)
    ? notification[name]
    : undefined;
}
