import type { Asker } from '../access/access.ts';
import type { Context } from '../procedures/context.ts';
import type { Resource } from '../store/resource.ts';
import type { Outgoing } from '../store/write.ts';
import { notificationsFor } from './evaluate.ts';
import { type Event, eventType } from './event.ts';
import { eventOn } from './tell.ts';

/**
 * Notifications of events before a subscription was created (`psn`, TS-0001 §10.2.10.7), as far as they can still be told
 * from what is stored: children that were created and are there, and the last update.
 *
 * @param count how many at most, the newest
 */
export async function eventsBefore(
  context: Context,
  subscription: Resource,
  count: number,
  asker: Asker,
): Promise<Outgoing[]> {
  const { store, settings, names } = context;
  const parent = subscription.parentNo === null ? undefined : await store.byNumber(subscription.parentNo);
  if (parent === undefined) return [];
  const atMost = Math.min(count, settings.resultsMax);
  const events: [string, Event][] = [];
  for (const child of await store.newestChildren(parent, atMost)) {
    if (child.no === subscription.no && child.ri === subscription.ri) continue;
    const originator = child.creator === '' ? asker.originator : child.creator;
    events.push([String(child.attributes.ct), await eventOn(context, child, eventType.childCreated, originator)]);
  }
  const { ct, lt } = parent.attributes;
  if (lt !== ct) events.push([String(lt), await eventOn(context, parent, eventType.updated, parent.creator)]);
  events.sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
  const told = events.map(([, event]) => notificationsFor(event, [subscription], names.cseId));
  return told
    .filter((notifications) => notifications.length > 0)
    .slice(-atMost)
    .flat();
}
