import { right } from '../access/rule.ts';
import { aeStem } from '../address.ts';
import type { Json, JsonObject } from '../primitive.ts';
import { deleteResource } from '../procedures/own-delete.ts';
import type { Receiver } from '../procedures/receiver.ts';
import { badRequest, Refused } from '../refusal.ts';
import { eventArrived, membersOf } from './window.ts';

/**
 * What a cross-resource subscription does with the notifications of its members: verification, the end of one of them,
 * and events (TS-0004 §7.5.1.2.3, §7.5.1.2.4, §7.5.1.2.18).
 */
export const receiveFromMember: Receiver = async (context, { request: { pc }, asker }, resource) => {
  const { access, names } = context;
  const notifications = notificationsIn(pc);
  if (notifications.length === 0) throw badRequest('pc: "m2m:sgn" or "m2m:agn" is expected');
  const members = await membersOf(context, resource);
  for (const { vrq, sud, sur, cr } of notifications) {
    if (vrq === true) {
      const isCreator = typeof cr === 'string' && aeStem(cr, names) === resource.creator;
      if (isCreator || (await access.permits(asker, right.notify, resource))) continue;
      throw new Refused('SUBSCRIPTION_CREATOR_HAS_NO_PRIVILEGE', `cr: ${String(cr)} may not NOTIFY ${resource.path}`);
    }
    const member = members.find((reference) => reference === withoutServiceProvider(sur, names.spId));
    const host = `${asker.originator}/`;
    if (member === undefined || !(access.isUnrestricted(asker.originator) || member.startsWith(host)))
      throw new Refused('ORIGINATOR_HAS_NO_PRIVILEGE', `sur: ${String(sur)} is not a member of ${resource.path}`);
    if (sud === true) {
      await deleteResource(context, resource, names.cseId);
      break;
    }
    await eventArrived(context, resource, member);
  }
  return { rsc: 2000 };
};

/** Notifications of a request, aggregated or not. */
function notificationsIn(pc: JsonObject | undefined): JsonObject[] {
  const aggregated = pc?.['m2m:agn'];
  const list = isObject(aggregated) ? (aggregated['m2m:sgn'] ?? aggregated.sgn) : pc?.['m2m:sgn'];
  return (Array.isArray(list) ? list : [list]).filter(isObject);
}

const withoutServiceProvider = (sur: Json | undefined, spId: string): string =>
  typeof sur === 'string' && sur.startsWith(`${spId}/`) ? sur.slice(spId.length) : String(sur);

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
