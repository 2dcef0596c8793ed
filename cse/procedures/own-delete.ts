import { notificationsFor } from '../notifications/evaluate.ts';
import { eventType } from '../notifications/event.ts';
import { eventOn } from '../notifications/tell.ts';
import { Refused } from '../refusal.ts';
import { isInstance, type Resource } from '../store/resource.ts';
import type { Outgoing } from '../store/write.ts';
import type { Context } from './context.ts';
import { effectsOf, surroundingsOf } from './effects.ts';
import { currentAttributes } from './result.ts';

/**
 * Deletes a resource with everything below it, and tells whoever subscribed.
 *
 * @param originator who causes it; the CSE itself for expiration
 * @throws Refused NOT_FOUND when somebody else was faster
 */
export async function deleteResource(context: Context, resource: Resource, originator: string): Promise<void> {
  const { store, committer, names } = context;
  const surroundings = await surroundingsOf(context, resource, false);
  const attributes = await currentAttributes(store, resource);
  const below = isInstance(resource.ty) ? [] : await deletionsBelow(context, resource, originator);
  const effects = () => {
    const own = effectsOf(context, 'deleted', resource, originator, attributes, surroundings);
    return below.length === 0 ? own : { ...own, notifications: [...below, ...own.notifications] };
  };
  const container = isInstance(resource.ty) ? await store.byNumber(resource.no) : undefined;
  const outcome = !isInstance(resource.ty)
    ? await committer.submit({ kind: 'delete', resource, cseId: names.cseId, effects })
    : container === undefined
      ? undefined
      : await committer.submit({ kind: 'remove', container, instance: resource, effects });
  if (!outcome?.done) throw new Refused('NOT_FOUND', `to: ${resource.path} has just been deleted`);
}

/** What subscriptions to resources below tell of their deletion, which is that of each of them (TS-0004 §7.3.3.8). */
async function deletionsBelow(context: Context, resource: Resource, originator: string): Promise<Outgoing[]> {
  const { store, names, settings } = context;
  const subscribed = await store.subscriptionsBelow(resource, eventType.deleted, settings.resultsMax);
  const told: Outgoing[] = [];
  for (const [parent, subscription] of subscribed) {
    const event = await eventOn(context, parent, eventType.deleted, originator);
    told.push(...notificationsFor(event, [subscription], names.cseId));
  }
  return told;
}
