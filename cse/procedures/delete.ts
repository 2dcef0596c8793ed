import { right } from '../access/rule.ts';
import { isAnnounced } from '../announcement/attributes.ts';
import { checkDeletionOfAnnounced } from '../announcement/rights.ts';
import { notificationsFor } from '../notifications/evaluate.ts';
import { eventType } from '../notifications/event.ts';
import { eventOn } from '../notifications/tell.ts';
import { Refused } from '../refusal.ts';
import { definitionFor } from '../resources/index.ts';
import { isInstance, type Resource } from '../store/resource.ts';
import type { Outgoing } from '../store/write.ts';
import { authorize } from './authorize.ts';
import type { Answer, Call, Context } from './context.ts';
import { effectsOf, surroundingsOf } from './effects.ts';
import { readFilter } from './filter.ts';
import { matches } from './judge.ts';
import { currentAttributes } from './result.ts';
import { content, noMatch } from './retrieve.ts';
import { rulesOf } from './rules.ts';
import { findTarget, refuseDisabledRetrieval, virtualInstance } from './target.ts';

/** DELETE, TS-0004 §7.3.3.8. */
export async function remove(context: Context, call: Call): Promise<Answer> {
  const { resource, virtual } = await findTarget(context, call.request.to);
  // While an UPDATE waits for the answer of a blocking subscription, the resource stays (TS-0001 §9.6.8).
  return virtual === undefined && context.turns.taken(resource.no)
    ? context.turns.take(resource.no, () => removeNow(context, call))
    : removeNow(context, call);
}

async function removeNow(context: Context, call: Call): Promise<Answer> {
  const { request, asker } = call;
  const { resource: addressed, virtual } = await findTarget(context, request.to);
  const definition = definitionFor(addressed);
  if (virtual === undefined && !definition?.deletable) {
    throw new Refused('OPERATION_NOT_ALLOWED', `to: <${definition?.longName}> cannot be deleted`);
  }
  const filter = readFilter(request.fc, context.settings.filterValuesMax);
  if (isAnnounced(addressed.ty)) checkDeletionOfAnnounced(context, asker, addressed);
  else await authorize(context, call, right.delete, addressed);
  if (virtual !== undefined && addressed.attributes.disr === true) {
    throw new Refused('OPERATION_NOT_ALLOWED', `disr (disableRetrieval) of ${addressed.path} forbids this`);
  }
  const resource = virtual === undefined ? addressed : await virtualInstance(context, addressed, virtual);
  await refuseDisabledRetrieval(context, resource);
  if (filter !== undefined && !(await matches(context, call.asker, resource, filter))) throw noMatch(resource);
  const { rcn = 0 } = request;
  const shown = rcn === 0 ? undefined : await content(context, call, resource);
  await rulesOf(resource.ty).delete?.(context, resource, asker);
  await deleteResource(context, resource, asker.originator);
  return { ...shown, rsc: 2002 };
}

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
