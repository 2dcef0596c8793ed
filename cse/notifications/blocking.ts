import { messageOf } from '#platform';
import type { JsonObject } from '../primitive.ts';
import type { Context } from '../procedures/context.ts';
import { Refused } from '../refusal.ts';
import type { SubscriptionAttributes } from '../resources/index.ts';
import { responseStatus, statusName } from '../response-status.ts';
import type { Resource } from '../store/resource.ts';
import { matches, notificationBody } from './evaluate.ts';
import { eventType } from './event.ts';
import { eventOn } from './tell.ts';

const answerTimeoutMs = 10_000;

/** Whether a subscription blocks updates until its target has agreed (event type 7). */
export const isBlocking = ({ attributes }: Resource): boolean =>
  (attributes as unknown as SubscriptionAttributes).enc?.net?.includes(eventType.blockingUpdate) ?? false;

/**
 * Asks the target of a blocking subscription whether an UPDATE may be carried out (TS-0004 §7.5.1.2.19, §7.3.2.9).
 *
 * @param given what the UPDATE names
 * @throws Refused REMOTE_ENTITY_NOT_REACHABLE without an answer, OPERATION_DENIED_BY_REMOTE_ENTITY when it says no
 */
export async function askPermission(
  context: Context,
  subscription: Resource,
  resource: Resource,
  given: JsonObject,
  originator: string,
): Promise<void> {
  const { targets, windows, names } = context;
  const attributes = subscription.attributes as unknown as SubscriptionAttributes;
  const event = { ...(await eventOn(context, resource, eventType.blockingUpdate, originator)), modified: given };
  if (!matches(event, attributes)) return;
  const [target = ''] = attributes.nu;
  const unreachable = (why: string, cause?: unknown): Refused =>
    new Refused('REMOTE_ENTITY_NOT_REACHABLE', `to: ${target}, which has to agree to this, ${why}`, { cause });
  if ((await windows.untilReachable(target)) > 0) throw unreachable('cannot be reached at this time');
  const content = JSON.parse(notificationBody(event, subscription, names.cseId)) as JsonObject;
  let rsc: number;
  try {
    ({ rsc } = await targets.send(target, content, AbortSignal.timeout(answerTimeoutMs)));
  } catch (error) {
    throw unreachable(`does not answer: ${messageOf(error)}`, error);
  }
  if (rsc >= 2000 && rsc < 3000) return;
  const answer = statusName(rsc) ?? String(rsc);
  if (rsc === responseStatus.TARGET_NOT_REACHABLE.rsc || rsc === responseStatus.REQUEST_TIMEOUT.rsc)
    throw unreachable(`answered ${answer}`);
  throw new Refused(
    'OPERATION_DENIED_BY_REMOTE_ENTITY',
    `to: ${target}, which has to agree to this, answered ${answer}`,
  );
}
