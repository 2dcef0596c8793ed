import type { Asker } from '../access/access.ts';
import { right } from '../access/rule.ts';
import { cseOf } from '../address.ts';
import type { JsonObject } from '../primitive.ts';
import type { Context } from '../procedures/context.ts';
import { Refused } from '../refusal.ts';
import { stemOfEnrolment } from '../registration/enrolment.ts';
import type { Resource } from '../store/resource.ts';
import { isAnnounced } from './attributes.ts';

const bothWays = 2;
/** Announced resources a CSE may make without a policy that says so: below the CSEBase, its <remoteCSE>, its own announcements. */
const cseBaseType = 5;
const remoteCseType = 16;
const aeAnnouncedType = 10_002;

const cseOfLink = ({ lnk }: JsonObject): string | undefined => (typeof lnk === 'string' ? cseOf(lnk) : undefined);

/**
 * Whether a CSE may announce its own resource here: its link has to lead to itself, and the place has to be the CSEBase
 * or belong to it (TS-0001 §10.2.13.5). The standard leaves to the receiver whom it takes announcements from; here it is
 * every CSE that is known, as nobody gets as far as this without a credential.
 */
export function mayAnnounce(
  { originator }: Asker,
  type: number,
  content: JsonObject | undefined,
  parent: Resource,
): boolean {
  if (!isAnnounced(type)) return false;
  const [representation] = Object.values(content ?? {});
  const attributes =
    typeof representation === 'object' && representation !== null && !Array.isArray(representation)
      ? representation
      : {};
  if (type === aeAnnouncedType && parent.ty === cseBaseType && stemOfEnrolment(originator, attributes) !== undefined)
    return true;
  if (cseOf(originator) !== originator || cseOfLink(attributes) !== originator) return false;
  if (parent.ty === cseBaseType) return true;
  return parent.ty === remoteCseType
    ? parent.attributes.csi === originator
    : cseOfLink(parent.attributes) === originator;
}

/** Announced resources are changed and deleted by the CSE of the original only (TS-0004 §7.4.26.2.4, §7.4.26.2.5). */
export const isOfOriginal = ({ originator }: Asker, { ty, ri, attributes }: Resource): boolean =>
  isAnnounced(ty) && (cseOfLink(attributes) === originator || (ty === aeAnnouncedType && enrols(originator, ri)));

/** The registrar of an AE with an identifier of the service provider, an earlier or a new one, speaks in the AE's name. */
const enrols = (originator: string, ri: string): boolean =>
  ri.startsWith('S') && originator === `${cseOf(originator)}/${ri}`;

/** Whether others may change an announced resource, so that the original follows (announceSyncType 2). */
const goesBothWays = ({ attributes: { ast } }: Resource): boolean => ast === bothWays;

/**
 * @returns whether the change has to go to the original first
 * @throws Refused ORIGINATOR_HAS_NO_PRIVILEGE
 */
export async function checkChangeOfAnnounced({ access }: Context, asker: Asker, resource: Resource): Promise<boolean> {
  if (isOfOriginal(asker, resource)) return false;
  if (goesBothWays(resource) && (await access.permits(asker, right.update, resource))) return true;
  throw new Refused(
    'ORIGINATOR_HAS_NO_PRIVILEGE',
    `${asker.originator} may not UPDATE ${resource.path}; only the CSE of the original, ${cseOfLink(resource.attributes) ?? 'which is gone'}, may`,
  );
}

/** @throws Refused ORIGINATOR_HAS_NO_PRIVILEGE */
export function checkDeletionOfAnnounced({ access }: Context, asker: Asker, resource: Resource): void {
  if (isOfOriginal(asker, resource) || access.isUnrestricted(asker.originator)) return;
  throw new Refused(
    'ORIGINATOR_HAS_NO_PRIVILEGE',
    `${asker.originator} may not DELETE ${resource.path}; only the CSE of the original, ${cseOfLink(resource.attributes) ?? 'which is gone'}, may`,
  );
}
