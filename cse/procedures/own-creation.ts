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
 * Creates a resource of a type that only the CSE makes; subscribers are told as of any other creation.
 *
 * @throws Refused NOT_FOUND when the parent is gone
 */
export async function makeResource(
  context: Context,
  parent: Resource,
  { type, shortName }: ResourceDefinition,
  given: JsonObject,
): Promise<Resource> {
  const { numbers, names, committer } = context;
  const no = await numbers.next();
  const ri = `${shortName}-${no.toString(36)}`;
  const now = nowTimestamp();
  const resource: Resource = {
    no,
    parentNo: parent.no,
    ty: type,
    ri,
    pi: parent.ri,
    rn: ri,
    path: `${parent.path}/${ri}`,
    depth: parent.depth + 1,
    creator: parent.creator,
    version: 1,
    attributes: { ct: now, lt: now, et: expirationTime(undefined, parent), ...given },
  };
  const all = attributesOf(resource);
  const surroundings = await surroundingsOf(context, resource, true);
  const outcome = await committer.submit({
    kind: 'create',
    resource,
    effects: () => effectsOf(context, 'created', resource, names.cseId, all, surroundings),
  });
  if (!outcome.done) throw new Refused('NOT_FOUND', `to: ${parent.path} has just been deleted`);
  return resource;
}
