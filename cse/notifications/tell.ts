import type { Context } from '../procedures/context.ts';
import { currentAttributes } from '../procedures/result.ts';
import { elementOf } from '../representation.ts';
import type { Resource } from '../store/resource.ts';
import type { Outgoing } from '../store/write.ts';
import { notificationsFor } from './evaluate.ts';
import type { Attempt, Event } from './event.ts';
import type { PreparedEvent } from './prepared-event.ts';

/**
 * Tells the subscriptions to a resource that ask for it (`net`, conditions) of a prepared event, as
 * TS-0004 §7.5.1.2.2 has it: their notifications are stored when this resolves, and delivered after that with all
 * policies of each subscription.
 *
 * @throws Saturated when too much waits to be stored
 * @example await context.tell({ type: eventType.dataMissing, resource: timeSeries, subscriptions: [subscription],
 *   representation: { 'm2m:tsn': { mdlt: ['20260301T060000'], mdc: 1 } } })
 */
export async function tell(context: Context, prepared: PreparedEvent): Promise<void> {
  const { resource, type, representation, originator = context.names.cseId } = prepared;
  const subscriptions = prepared.subscriptions ?? (await context.store.subscriptionsOf(resource.no));
  if (subscriptions.length === 0) return;
  const event = await eventOn(context, resource, type, originator);
  const told = representation === undefined ? event : { ...event, representation };
  await storeNotifications(context, notificationsFor(told, subscriptions, context.names.cseId));
}

/** An event about a resource as it is now. */
export async function eventOn(
  { store }: Context,
  resource: Resource,
  type: Event['type'],
  originator: string,
  attempt?: Attempt,
): Promise<Event> {
  const attributes = await currentAttributes(store, resource);
  return {
    type,
    subject: resource,
    element: elementOf(resource),
    attributes,
    text: () => JSON.stringify(attributes),
    originator,
    ...(attempt === undefined ? {} : { attempt }),
  };
}

/** Stores notifications that no change of a resource brings along. */
export async function storeNotifications({ committer }: Context, notifications: readonly Outgoing[]): Promise<void> {
  if (notifications.length === 0) return;
  await committer.submit({ kind: 'tell', effects: () => ({ changes: [], notifications }) });
}
