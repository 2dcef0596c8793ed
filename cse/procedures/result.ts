import type { JsonObject } from '../primitive.ts';
import { attributesOf, elementOf } from '../representation.ts';
import { holdsInstances, type Resource } from '../store/resource.ts';
import type { Store } from '../store/store.ts';

/** All attributes of a resource as they are now, counters included. */
export async function currentAttributes(store: Store, resource: Resource): Promise<JsonObject> {
  return holdsInstances(resource.ty)
    ? attributesOf(resource, await store.counters(resource.no))
    : attributesOf(resource);
}

/** `{"m2m:cnt": {…}}` */
export const represent = (resource: Resource, attributes: JsonObject): JsonObject => ({
  [elementOf(resource)]: attributes,
});

/**
 * Result content 9: what the originator does not know already – attributes it did not send, or that were stored
 * differently; removed ones as null (TS-0001 §8.1.2).
 */
export function differences(given: JsonObject, stored: JsonObject, before: JsonObject = {}): JsonObject {
  const result: JsonObject = {};
  for (const [name, value] of Object.entries(stored)) {
    const known = Object.hasOwn(given, name) ? given[name] : before[name];
    if (JSON.stringify(known) !== JSON.stringify(value)) result[name] = value;
  }
  return result;
}
