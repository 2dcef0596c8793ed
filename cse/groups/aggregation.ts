import { storeNotifications } from '../notifications/tell.ts';
import { type Json, type JsonObject, type OperationName, operation } from '../primitive.ts';
import type { Context } from '../procedures/context.ts';
import type { VirtualProcedure } from '../procedures/virtual-target.ts';
import { badRequest, Refused } from '../refusal.ts';
import { responseStatus } from '../response-status.ts';
import type { Resource } from '../store/resource.ts';
import { forwardingTargets } from './forwarding.ts';
import { fanOutName, locate, type Member } from './member.ts';
import { membersOf } from './target-members.ts';

const notificationsMax = 10_000;

/**
 * Takes the notifications of subscriptions that were made through a group, and has them sent on to the subscriber together
 * (TS-0004 §7.5.1.2.6). They are answered once they are stored: what the subscriber says of them comes too late for the
 * member hosts, which may not be kept waiting as long as a group collects.
 */
export const aggregation: Readonly<Partial<Record<OperationName, VirtualProcedure>>> = {
  async notify(context, { request: { pc, op }, asker }, { parent: group, rest }) {
    if (op !== operation.notify) throw badRequest('op: only notifications arrive here');
    const targets = await forwardingTargets(context, group, rest);
    if (targets === undefined) throw new Refused('NOT_FOUND', `to: ${group.path} has no such address`);
    const notifications = notificationsIn(pc);
    await checkSender(context, group, asker.originator, notifications, pc?.['m2m:agn'] !== undefined);
    const rsc = responseStatus.OK.rsc;
    if (notifications.every(isVerification)) return { rsc };
    const bodies = notifications.filter((notification) => !isVerification(notification)).map(forwarded);
    await storeNotifications(
      context,
      targets.flatMap((target) => bodies.map((body) => ({ subscription: group.no, target, body }))),
    );
    return { rsc };
  },
};

/** Single notifications, also those of a sub-group, which are not nested (TS-0004 §7.5.1.2.6). */
function notificationsIn(pc: JsonObject | undefined): JsonObject[] {
  const aggregate = pc?.['m2m:agn'];
  const single = pc?.['m2m:sgn'];
  const found = isObject(aggregate) ? (aggregate['m2m:sgn'] ?? aggregate.sgn) : single === undefined ? [] : [single];
  if (!Array.isArray(found) || found.length === 0 || found.length > notificationsMax || !found.every(isObject))
    throw badRequest('pc: a notification "m2m:sgn" or an aggregated one "m2m:agn" is expected');
  return found;
}

const isVerification = ({ vrq }: JsonObject): boolean => vrq === true;

function forwarded(notification: JsonObject): string {
  if (typeof notification.nfu !== 'string')
    throw badRequest('m2m:sgn/nfu (notificationForwardingURI): what a group passes on says where to');
  return JSON.stringify({ 'm2m:sgn': notification });
}

/** Only hosts of members have something to say here (TS-0004 §7.5.1.2.6). */
async function checkSender(
  context: Context,
  group: Resource,
  originator: string,
  notifications: readonly JsonObject[],
  aggregated: boolean,
): Promise<void> {
  const here = originator === context.names.cseId;
  const members = (await membersIn(context, group)).filter(({ resource, key }) =>
    here ? resource !== undefined : key.startsWith(`${originator}/`),
  );
  const fits = aggregated
    ? members.some(({ virtual }) => virtual === fanOutName)
    : members.length > 0 && (!here || (await concern(context, members, notifications)));
  if (!fits)
    throw new Refused('ORIGINATOR_HAS_NO_PRIVILEGE', `${originator} does not speak for a member of ${group.path}`);
}

/** Members of a group, found once for each state of it: a resource object is replaced when the resource changes. */
function membersIn(context: Context, group: Resource): Promise<Member[]> {
  const known = located.get(group);
  if (known !== undefined) return known;
  const found = Promise.all(membersOf(group).map((id) => locate(context, id))).then((members) =>
    members.filter((member) => member !== undefined),
  );
  located.set(group, found);
  found.catch(() => located.delete(group));
  return found;
}

const located = new WeakMap<Resource, Promise<Member[]>>();

/** Whether each notification is of a subscription to a member, or to something below one. */
async function concern(
  { names, store }: Context,
  members: readonly Member[],
  notifications: readonly JsonObject[],
): Promise<boolean> {
  const paths = members.map(({ resource }) => resource?.path ?? '');
  for (const notification of notifications) {
    if (isVerification(notification)) continue;
    const { sur } = notification;
    const own = typeof sur === 'string' && sur.startsWith(`${names.cseId}/`);
    const subscription = own ? await store.byRi(sur.slice(names.cseId.length + 1)) : undefined;
    if (subscription === undefined || !paths.some((path) => subscription.path.startsWith(`${path}/`))) return false;
  }
  return true;
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
