import { messageOf } from '#platform';
import type { JsonObject } from '../primitive.ts';
import type { Context } from '../procedures/context.ts';
import { Refused } from '../refusal.ts';
import type { SubscriptionAttributes } from '../resources/index.ts';
import { responseStatus, statusName } from '../response-status.ts';
import type { Resource } from '../store/resource.ts';
import { Saturated } from '../store/write.ts';
import { matches, notificationBody } from './evaluate.ts';
import { eventType } from './event.ts';
import { eventOn } from './tell.ts';

const answerTimeoutMs = 10_000;
const waitingMax = 100;

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

/** Requests that change one resource, one after another: while an UPDATE of it waits for an answer, or several meet. */
export class Turns {
  readonly #queues = new Map<number, { over: Promise<void>; waiting: number }>();

  /** Whether somebody has a turn at a resource. */
  taken(no: number): boolean {
    return this.#queues.has(no);
  }

  /** Does something once everything before it is over. @throws Saturated when too many wait */
  async take<T>(no: number, act: () => Promise<T>): Promise<T> {
    const queue = this.#queues.get(no) ?? { over: Promise.resolve(), waiting: 0 };
    if (queue.waiting >= waitingMax) throw new Saturated('too many requests wait to change one resource');
    this.#queues.set(no, queue);
    queue.waiting += 1;
    const result = queue.over.then(act);
    queue.over = result.then(
      () => {},
      () => {},
    );
    try {
      return await result;
    } finally {
      queue.waiting -= 1;
      if (queue.waiting === 0) this.#queues.delete(no);
    }
  }
}
