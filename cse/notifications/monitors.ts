import { messageOf } from '#platform';
import { operation, type RequestPrimitive } from '../primitive.ts';
import type { Answer, Call, Context } from '../procedures/context.ts';
import { findTarget } from '../procedures/target.ts';
import type { SubscriptionAttributes } from '../resources/index.ts';
import { isInstance, type Resource } from '../store/resource.ts';
import { notificationsFor } from './evaluate.ts';
import { type Attempt, type Event, eventType } from './event.ts';
import { eventOn, storeNotifications } from './tell.ts';

/** Bits of `ops` (TS-0004 §6.3.4.2.29), and the event type that is nearest to what was attempted. */
const attempts: Readonly<Record<number, { bit: number; type: Event['type'] }>> = {
  [operation.create]: { bit: 1, type: eventType.childCreated },
  [operation.retrieve]: { bit: 2, type: eventType.updated },
  [operation.update]: { bit: 4, type: eventType.updated },
  [operation.delete]: { bit: 8, type: eventType.deleted },
  [operation.notify]: { bit: 16, type: eventType.updated },
};
const discoveryBit = 32;

/**
 * Carries out a request and tells the subscriptions that monitor operations on its target (`om`) of the attempt,
 * whatever came of it (TS-0001 Table 9.6.8-3).
 *
 * @param monitored numbers of resources with such subscriptions
 */
export async function withMonitors(
  context: Context,
  call: Call,
  monitored: ReadonlySet<number>,
  carryOut: () => Promise<Answer>,
): Promise<Answer> {
  const target = await targetOf(context, call.request);
  if (target === undefined || !monitored.has(target.no)) return carryOut();
  const subscriptions = (await context.store.subscriptionsOf(target.no)).filter(
    ({ attributes }) => (attributes as unknown as SubscriptionAttributes).enc?.om !== undefined,
  );
  if (subscriptions.length === 0) return carryOut();
  const before = await attemptOn(context, target, call);
  try {
    return await carryOut();
  } finally {
    const after = await context.store.byNumber(target.no);
    const event = after === undefined ? before : await attemptOn(context, after, call);
    await storeNotifications(context, notificationsFor(event, subscriptions, context.names.cseId)).catch(
      (error: unknown) => context.log.warn({ reason: messageOf(error) }, 'a monitored operation was not told'),
    );
  }
}

/** The resource a request addresses itself, not what <latest> and the like stand for. */
async function targetOf(context: Context, { to }: RequestPrimitive): Promise<Resource | undefined> {
  const found = await findTarget(context, to).catch(() => undefined);
  return found === undefined || found.virtual !== undefined || isInstance(found.resource.ty)
    ? undefined
    : found.resource;
}

function attemptOn(context: Context, resource: Resource, { request, asker }: Call): Promise<Event> {
  const { bit = 0, type = eventType.updated } = attempts[request.op] ?? {};
  const discovery = request.op === operation.retrieve && Number(request.fc?.fu) === 1;
  const attempt: Attempt = { op: request.op, bit: discovery ? discoveryBit : bit };
  return eventOn(context, resource, type, asker.originator, attempt);
}
