import type { JsonObject } from '../primitive.ts';
import { Refused } from '../refusal.ts';
import { attributesOf } from '../representation.ts';
import type { ResourceDefinition } from '../resources/index.ts';
import { childOf, type Resource } from '../store/resource.ts';
import { nowTimestamp } from '../timestamp.ts';
import type { Context } from './context.ts';
import { effectsOf, surroundingsOf } from './effects.ts';
import { expirationTime } from './expiration.ts';

/**
 * Makes a resource that only the CSE makes; subscribers of its parent are told as of any other.
 *
 * @param creator who has the rights of a creator on it
 * @param named identifier and name, when they are not left to chance
 * @throws Refused CONFLICT when the name is taken, or the parent is gone
 */
export async function createOwn(
  context: Context,
  parent: Resource,
  definition: ResourceDefinition,
  attributes: JsonObject,
  creator: string,
  named: { readonly ri?: string; readonly rn?: string } = {},
): Promise<Resource> {
  const no = await context.numbers.next();
  const { ri = `${definition.shortName}-${no.toString(36)}`, rn = ri } = named;
  const now = nowTimestamp();
  const resource = childOf(parent, {
    no,
    ty: definition.type,
    ri,
    rn,
    creator,
    attributes: { ct: now, lt: now, et: expirationTime(undefined, parent), ...attributes },
  });
  const all = attributesOf(resource, { st: 0, cni: 0, cbs: 0 });
  const surroundings = await surroundingsOf(context, resource, true);
  const outcome = await context.committer.submit({
    kind: 'create',
    resource,
    effects: () => effectsOf(context, 'created', resource, creator, all, surroundings),
  });
  if (!outcome.done) {
    const why = outcome.why === 'gone' ? 'has just been deleted' : `has a child "${rn}" already`;
    throw new Refused('CONFLICT', `${parent.path} ${why}`);
  }
  return resource;
}
