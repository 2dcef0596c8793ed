import type { JsonObject } from '../primitive.ts';
import { attributesOf } from '../representation.ts';
import { holdsInstances, type Resource } from '../store/resource.ts';
import type { Outgoing } from '../store/write.ts';
import { nowTimestamp } from '../timestamp.ts';
import type { Context } from './context.ts';
import { effectsOf, surroundingsOf } from './effects.ts';

/** Tries when somebody else changes the resource at the same moment. */
const attempts = 5;

/**
 * Changes attributes of a resource on the CSE's own account; subscribers are told as of any other change.
 *
 * @param change says what to set (null removes), from the resource as it is now; undefined: nothing
 * @param told notifications beside those of subscriptions, stored with the change
 * @returns the resource as it is then; undefined when it is gone, nothing was to change, or others change it all the time
 */
export async function changeResource(
  context: Context,
  no: number,
  change: (resource: Resource) => JsonObject | undefined,
  told: readonly Outgoing[] = [],
): Promise<Resource | undefined> {
  const { store, committer, names } = context;
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const before = await store.byNumber(no);
    const given = before === undefined ? undefined : change(before);
    if (before === undefined || given === undefined) return undefined;
    const attributes: JsonObject = { ...before.attributes, lt: nowTimestamp() };
    for (const [name, value] of Object.entries(given)) {
      if (value === null) delete attributes[name];
      else attributes[name] = value;
    }
    const resource: Resource = { ...before, version: before.version + 1, attributes };
    const surroundings = await surroundingsOf(context, resource, false);
    const counters = holdsInstances(resource.ty) ? await store.counters(no) : undefined;
    const modified: JsonObject = { ...given, lt: attributes.lt ?? null };
    const outcome = await committer.submit({
      kind: 'update',
      resource,
      effects: (after) => {
        const all = attributesOf(resource, after ?? counters);
        const effects = effectsOf(context, 'updated', resource, names.cseId, all, surroundings, modified);
        return told.length === 0 ? effects : { ...effects, notifications: [...effects.notifications, ...told] };
      },
    });
    if (outcome.done) return resource;
    store.invalidate({ containers: [], resources: [no], subscribed: [], subtrees: [] });
  }
  return undefined;
}
