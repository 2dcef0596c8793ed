import type { Asker } from '../access/access.ts';
import { right } from '../access/rule.ts';
import { aeStem, readAddress } from '../address.ts';
import type { Context } from '../procedures/context.ts';
import { badRequest, Refused } from '../refusal.ts';
import type { Resource } from '../store/resource.ts';
import { responseTypeIn } from './request-resource.ts';

const targetsMax = 50;

/**
 * Checks where the result of an asynchronous request is to go: URLs of protocols spoken here, and resources the
 * originator may notify itself.
 */
export async function checkNotificationTargets(
  { targets, access, names }: Context,
  asker: Asker,
  nu: readonly string[] = [],
): Promise<void> {
  if (nu.length > targetsMax) throw badRequest(`rt/nu: at most ${targetsMax} targets are accepted, found ${nu.length}`);
  if (new Set(nu).size < nu.length) throw badRequest('rt/nu: a target occurs twice');
  for (const target of nu) {
    if (target.includes('://')) {
      if (!URL.canParse(target)) throw badRequest(`rt/nu: "${target}" is not a URL`);
      if (!targets.speaks(target)) throw badRequest(`rt/nu: the protocol of "${target}" is not spoken here`);
      continue;
    }
    if (target === '') throw badRequest('rt/nu: an address is expected, found an empty one');
    if (aeStem(target, names) === asker.originator) continue;
    if (!readAddress(target, names).local) continue; // what belongs to another CSE is that one's to judge
    const resource = await targets.resourceAt(target);
    if (resource === undefined) throw badRequest(`rt/nu: ${target} is not a resource of this CSE`);
    if (!(await access.permits(asker, right.notify, resource)))
      throw new Refused('ORIGINATOR_HAS_NO_PRIVILEGE', `rt/nu: ${asker.originator} may not NOTIFY ${resource.path}`);
  }
}

/** Whom the result goes to (TS-0004 §7.5.1.2.5): those named, nobody for an empty list, else the originator. */
export function notificationTargets(resource: Resource): readonly string[] {
  const rt = responseTypeIn(resource);
  // A flexible request became asynchronous because it names targets; without, it is a synchronous one.
  if (rt === undefined || rt.rtv === 1) return [];
  if (rt.rtv === 4) return rt.nu ?? [];
  return rt.nu ?? [String(resource.attributes.org)];
}
