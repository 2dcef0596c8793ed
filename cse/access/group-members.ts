import { aeStem, type Names, readAddress } from '../address.ts';
import { Refused } from '../refusal.ts';
import type { Resource } from '../store/resource.ts';

const groupType = 9;

/** Keyed by the group, which is replaced when its members change. */
const known = new WeakMap<Resource, ReadonlySet<string>>();

/**
 * Whether an originator is among the members of a group (TS-0001 §9.6.2.1). Members are the <AE> and <remoteCSE> resources
 * themselves; a group within the group has no say.
 *
 * @param registration resource by which the originator is known here, if it is
 */
export function isMemberOf(
  group: Resource,
  originator: string,
  registration: Resource | undefined,
  names: Names,
): boolean {
  if (group.ty !== groupType) return false;
  let members = known.get(group);
  if (members === undefined) {
    const { mid } = group.attributes;
    members = new Set((Array.isArray(mid) ? mid : []).map((entry) => memberId(String(entry), names)));
    known.set(group, members);
  }
  // An <AE> has its AE-ID as resource identifier, here and at other CSEs.
  if (members.has(originator)) return true;
  return registration !== undefined && (members.has(registration.ri) || members.has(registration.path));
}

/** A member of this CSE by its path or identifier, one of another CSE as it is written. */
function memberId(entry: string, names: Names): string {
  try {
    const address = readAddress(entry, names);
    return address.local ? address.value : aeStem(entry, names);
  } catch (error) {
    if (error instanceof Refused) return '';
    throw error;
  }
}
