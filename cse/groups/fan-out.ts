import { randomUUID } from 'node:crypto';
import { type Right, right } from '../access/rule.ts';
import { type JsonObject, type OperationName, operation, type RequestPrimitive } from '../primitive.ts';
import type { Answer, Call, Context } from '../procedures/context.ts';
import { changeResource } from '../procedures/own-change.ts';
import type { VirtualProcedure, VirtualTarget } from '../procedures/virtual-target.ts';
import { badRequest, Refused } from '../refusal.ts';
import type { GroupAttributes } from '../resources/group.ts';
import { definitionOf, mayHold } from '../resources/index.ts';
import { responseStatus } from '../response-status.ts';
import type { Resource } from '../store/resource.ts';
import { fromAbsoluteOrRelative, toTimestamp } from '../timestamp.ts';
import { virtualKey } from './group-parameters.ts';
import { inParallel } from './in-parallel.ts';
import { fanOutName, locate } from './member.ts';
import { withForwarding } from './subscribe.ts';
import { type Addressee, chosenMembers, membersOf } from './target-members.ts';

const aeType = 2;
const remoteCseType = 16;

/** <fanOutPoint>: every operation is carried out on the members (TS-0004 §7.4.14, TS-0001 §10.2.7). */
export const fanOutPoint: Readonly<Record<OperationName, VirtualProcedure>> = {
  create: (context, call, target) => fanOut(context, call, target, right.create),
  retrieve: (context, call, target) =>
    fanOut(context, call, target, Number(call.request.fc?.fu) === 1 ? right.discover : right.retrieve),
  update: (context, call, target) => fanOut(context, call, target, right.update),
  delete: (context, call, target) => fanOut(context, call, target, right.delete),
  notify: (context, call, target) => fanOut(context, call, target, right.notify),
};

async function fanOut(context: Context, call: Call, target: VirtualTarget, asked: Right): Promise<Answer> {
  const { request, asker } = call;
  const { parent: group } = target;
  await authorize(context, call, group, asked);
  if (request.op === operation.create) checkChild(request, target);
  if (membersOf(group).length === 0) throw new Refused('NO_MEMBERS', `to: ${group.path} has no members`);
  const addressees =
    request.grtm === undefined
      ? membersOf(group).map((id) => ({ id }))
      : await chosenMembers(context, asker, group, request.grtm);
  const deadline = deadlineOf(context, request);
  const sent = request.op === operation.create ? await withForwarding(context, asker, group, request) : request;
  const requests = compose(context, sent, target, addressees, deadline);
  const responses = await gather(context, call, requests, deadline);
  if (request.op === operation.delete && target.rest === '') await forgetDeleted(context, group, responses);
  if (responses.length === 0)
    throw new Refused('GROUP_MEMBERS_NOT_RESPONDED', `to: no member of ${group.path} answered in time`);
  return aggregated(responses);
}

/** `macp` decides, or else what governs the group itself (TS-0004 §7.4.14.3). */
async function authorize(context: Context, { request, asker }: Call, group: Resource, asked: Right): Promise<void> {
  const { macp } = group.attributes;
  const governed = macp === undefined ? group : { ...group, attributes: { ...group.attributes, acpi: macp } };
  const childType = request.op === operation.create ? request.ty : undefined;
  if (!(await context.access.permits(asker, asked, governed, childType)))
    throw new Refused(
      'ORIGINATOR_HAS_NO_PRIVILEGE',
      `${asker.originator} may not use ${group.path}/${fanOutName} for this operation`,
    );
}

/** TS-0004 §7.4.14.2.1; what is below the members is for them to judge. */
function checkChild({ ty = 0 }: RequestPrimitive, { parent: group, rest }: VirtualTarget): void {
  if (ty === aeType || ty === remoteCseType)
    throw badRequest('ty: a registration concerns one CSE and cannot be sent to a group');
  const { mt, spty } = group.attributes as unknown as GroupAttributes;
  const holder = rest === '' ? definitionOf(mt, spty?.mgd ?? spty?.cnd) : undefined;
  const child = definitionOf(ty);
  if (holder !== undefined && child !== undefined && !mayHold(holder, child))
    throw new Refused(
      'INVALID_CHILD_RESOURCE_TYPE',
      `ty: members of ${group.path} are <${holder.longName}>s, which cannot have a <${child.longName}> child`,
    );
}

/** Milliseconds since 1970 at which answers are due: `rset`, `rqet` or what this CSE allows, whichever is first. */
function deadlineOf({ settings }: Context, { rset, rqet }: RequestPrimitive): number {
  const now = Date.now();
  const due = [rset, rqet].map((time) => (time === undefined ? undefined : fromAbsoluteOrRelative(time, now)));
  return Math.min(...due.map((time) => time ?? Number.POSITIVE_INFINITY), now + settings.fanOutSecondsMax * 1000);
}

interface MemberRequest {
  readonly member: string;
  readonly request: RequestPrimitive;
}

/** One request for each member, TS-0004 §7.4.14.2.4. */
function compose(
  context: Context,
  original: RequestPrimitive,
  target: VirtualTarget,
  addressees: readonly Addressee[],
  deadline: number,
): MemberRequest[] {
  // The time answers are due takes the place of both limits.
  const { rt: _rt, rqet: _rqet, oet: _oet, rp: _rp, grtm: _grtm, gid: given, ...kept } = original;
  const [, attribute] = original.to.split('#');
  const suffix = `${target.rest === '' ? '' : `/${target.rest}`}${attribute === undefined ? '' : `#${attribute}`}`;
  const further = addressees.some(({ id }) => `${id}${suffix}`.split(/[/#]/).includes(fanOutName));
  const gid = given ?? (further ? randomUUID() : undefined);
  if (gid !== undefined) {
    if (given === undefined) context.groupRequests.claim(gid, virtualKey(target));
    if (!context.groupRequests.spend(gid, addressees.length))
      throw badRequest('to: the groups in this group would make too many requests of this one');
  }
  const due = toTimestamp(deadline);
  return addressees.map(({ id, grtm }) => ({
    member: id,
    request: {
      ...kept,
      to: `${id}${suffix}`,
      // Each is a request of its own to the CSE that receives it.
      rqi: randomUUID(),
      rset: due,
      ...(gid === undefined ? {} : { gid }),
      ...(grtm === undefined ? {} : { grtm }),
    },
  }));
}

/** Sends requests to members and collects what they answer until it is due (TS-0004 §7.4.14.2.5). */
async function gather(
  context: Context,
  { request: { rqi, rvi }, asker, gathered }: Call,
  requests: readonly MemberRequest[],
  deadline: number,
): Promise<JsonObject[]> {
  const responses: (JsonObject | undefined)[] = new Array(requests.length);
  const received = () => responses.filter((response) => response !== undefined);
  let over = false;
  const answered = inParallel(requests, context.settings.fanOutParallelMax, async ({ member, request }, index) => {
    if (over) return;
    const answer = await context.perform(request, asker);
    if (over) return;
    responses[index] = { ...answer, rqi, ...(rvi === undefined ? {} : { rvi }), fr: member } as JsonObject;
    gathered?.(() => aggregated(received()));
  });
  let timer: NodeJS.Timeout | undefined;
  const due = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, deadline - Date.now()));
  });
  await Promise.race([answered, due]);
  clearTimeout(timer);
  over = true;
  return received();
}

const aggregated = (responses: JsonObject[]): Answer => ({
  rsc: responseStatus.OK.rsc,
  pc: { 'm2m:agr': { 'm2m:rsp': responses } },
});

/** Members that are gone leave the group; virtual ones stay, they stand for something else now (TS-0004 §7.4.14.3.5). */
async function forgetDeleted(context: Context, group: Resource, responses: readonly JsonObject[]): Promise<void> {
  const deleted = new Set<string>();
  for (const { rsc, fr } of responses)
    if (rsc === responseStatus.DELETED.rsc && typeof fr === 'string' && !(await isVirtual(context, fr)))
      deleted.add(fr);
  if (deleted.size === 0) return;
  await changeResource(context, group.no, (now) => {
    const mid = membersOf(now).filter((id) => !deleted.has(id));
    return { mid, cnm: mid.length };
  });
}

/** What is deleted cannot be found any more, so that only virtual members are. */
async function isVirtual(context: Context, id: string): Promise<boolean> {
  return (await locate(context, id))?.virtual !== undefined;
}
