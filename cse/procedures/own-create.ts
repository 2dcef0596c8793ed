import type { JsonObject } from '../primitive.ts';
import { Refused } from '../refusal.ts';
import { attributesOf } from '../representation.ts';
import type { ResourceDefinition } from '../resources/index.ts';
import type { Resource } from '../store/resource.ts';
import { nowTimestamp } from '../timestamp.ts';
import type { Context } from './context.ts';
import { effectsOf, surroundingsOf } from './effects.ts';
import { expirationTime } from './expiration.ts';

/**
 * Makes a resource that only the CSE makes; subscribers of its parent are told as of any other.
 *
 * @param creator who has the rights of a creator on it
 * @throws Refused CONFLICT when the parent is gone
 */
export async function createOwn(
  context: Context,
  parent: Resource,
  definition: ResourceDefinition,
  attributes: JsonObject,
  creator: string,
): Promise<Resource> {
  const no = await context.numbers.next();
  const ri = `${definition.shortName}-${no.toString(36)}`;
  const now = nowTimestamp();
  const resource: Resource = {
    no,
    parentNo: parent.no,
    ty: definition.type,
    ri,
    pi: parent.ri,
    rn: ri,
    path: `${parent.path}/${ri}`,
    depth: parent.depth + 1,
    creator,
    version: 1,
    attributes: { ct: now, lt: now, et: expirationTime(undefined, parent), ...attributes },
  };
  const all = attributesOf(resource);
  const surroundings = await surroundingsOf(context, resource, true);
  const outcome = await context.committer.submit({
    kind: 'create',
    resource,
    effects: () => effectsOf(context, 'created', resource, creator, all, surroundings),
  });
  if (!outcome.done) throw new Refused('CONFLICT', `${parent.path} has just been deleted`);
  return resource;
}
