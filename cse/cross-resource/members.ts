import { randomUUID } from 'node:crypto';
import type { Asker } from '../access/asker.ts';
import { type Json, type JsonObject, operation, type RequestPrimitive } from '../primitive.ts';
import type { Answer, Context } from '../procedures/context.ts';
import { Refused } from '../refusal.ts';
import type { CrossResourceSubscriptionAttributes } from '../resources/index.ts';
import { statusName } from '../response-status.ts';
import type { Resource } from '../store/resource.ts';

const subscriptionType = 23;

/** A subscription that has become a member. */
interface Member {
  /** Address of the subscription. */
  readonly to: string;
  /** As the subscription refers to itself in notifications. */
  readonly reference: string;
  /** Whether it was created for this. */
  readonly created: boolean;
}

export interface Members {
  /** References of all members. */
  readonly references: readonly string[];
  /** Subscriptions that were created, in the order of `rrat`. */
  readonly rrats: readonly string[];
}

/**
 * Makes the targets of a cross-resource subscription its members: subscriptions that exist are changed, for other
 * resources subscriptions are created; for the originator, and all or none (TS-0004 §7.4.58.2.1).
 *
 * @throws Refused CROSS_RESOURCE_OPERATION_FAILURE; nothing of it is left then
 */
export async function joinMembers(context: Context, resource: Resource, asker: Asker): Promise<Members> {
  const { rrat = [], srat = [] } = resource.attributes as unknown as CrossResourceSubscriptionAttributes;
  const results = await Promise.allSettled([
    ...srat.map((to) => changeMember(context, resource, to, asker)),
    ...rrat.map((to, index) => createMember(context, resource, to, index, asker)),
  ]);
  const joined = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) {
    await Promise.all(joined.map((member) => leaveMember(context, resource.ri, member, asker)));
    throw failed.reason;
  }
  const created = joined.filter((member) => member.created);
  return { references: joined.map(({ reference }) => reference), rrats: created.map(({ to }) => to) };
}

/** Lets go of all members; what fails is left as it is (TS-0004 §7.4.58.2.4). */
export async function leaveMembers(context: Context, ri: string, attributes: JsonObject, asker: Asker): Promise<void> {
  const created = texts(attributes.rrats).map((to) => ({ to, reference: to, created: true }));
  const changed = texts(attributes.srat).map((to) => ({ to, reference: to, created: false }));
  await Promise.all([...created, ...changed].map((member) => leaveMember(context, ri, member, asker)));
}

async function createMember(
  context: Context,
  { ri, attributes }: Resource,
  to: string,
  index: number,
  asker: Asker,
): Promise<Member> {
  const { encs, nec, et } = attributes as unknown as CrossResourceSubscriptionAttributes;
  const criteria = encs?.encn ?? encs?.enc ?? [];
  const crossResource = `${context.names.cseId}/${ri}`;
  const subscription = {
    enc: (criteria[index] ?? criteria[0] ?? {}) as unknown as Json,
    nu: [crossResource],
    acrs: [crossResource],
    et,
    ...(nec === undefined ? {} : { nec }),
  };
  const content = { 'm2m:sub': subscription };
  const answer = await ask(context, asker, { op: operation.create, to, ty: subscriptionType, pc: content });
  const reference = referenceTo(context, to, subscriptionIn(answer, to).ri);
  return { to: reference, reference, created: true };
}

async function changeMember(context: Context, { ri }: Resource, to: string, asker: Asker): Promise<Member> {
  const crossResource = `${context.names.cseId}/${ri}`;
  const found = subscriptionIn(await ask(context, asker, { op: operation.retrieve, to }), to);
  const changed = {
    acrs: [...texts(found.acrs), crossResource],
    nu: [...texts(found.nu), crossResource],
  };
  await ask(context, asker, { op: operation.update, to, pc: { 'm2m:sub': changed } });
  return { to, reference: referenceTo(context, to, found.ri), created: false };
}

async function leaveMember(
  context: Context,
  ri: string,
  { to, created }: Pick<Member, 'to' | 'created'>,
  asker: Asker,
): Promise<void> {
  const crossResource = `${context.names.cseId}/${ri}`;
  const without = (list: Json | undefined) => texts(list).filter((entry) => entry !== crossResource);
  try {
    if (created) await ask(context, asker, { op: operation.delete, to });
    else {
      const found = subscriptionIn(await ask(context, asker, { op: operation.retrieve, to }), to);
      const nu = without(found.nu);
      const acrs = without(found.acrs);
      if (nu.length === texts(found.nu).length && acrs.length === texts(found.acrs).length) return;
      // A subscription that had this one as its only target has nobody left to tell.
      if (nu.length === 0) await ask(context, asker, { op: operation.delete, to });
      else {
        const changed = { nu, acrs: acrs.length === 0 ? null : acrs };
        await ask(context, asker, { op: operation.update, to, pc: { 'm2m:sub': changed } });
      }
    }
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    context.log.debug({ to, reason: error.message }, 'a member of a cross-resource subscription was not let go');
  }
}

async function ask(
  context: Context,
  asker: Asker,
  request: Pick<RequestPrimitive, 'op' | 'to' | 'ty' | 'pc'>,
): Promise<Answer> {
  const answer = await context.perform({ ...request, fr: asker.originator, rqi: randomUUID(), rvi: '4' }, asker);
  if (answer.rsc >= 2000 && answer.rsc < 3000) return answer;
  const why = answer.pc?.['m2m:dbg'] ?? statusName(answer.rsc) ?? answer.rsc;
  throw new Refused('CROSS_RESOURCE_OPERATION_FAILURE', `${request.to}: ${String(why)}`);
}

function subscriptionIn({ pc }: Answer, to: string): JsonObject {
  const subscription = pc?.['m2m:sub'];
  if (typeof subscription === 'object' && subscription !== null && !Array.isArray(subscription)) return subscription;
  throw new Refused('CROSS_RESOURCE_OPERATION_FAILURE', `srat: ${to} is not a <subscription>`);
}

/** SP-relative identifier of a subscription on the CSE an address leads to. */
function referenceTo({ names }: Context, to: string, ri: Json | undefined): string {
  const spRelative = to.startsWith('//') ? to.slice(to.indexOf('/', 2)) : to;
  const cseId = spRelative.startsWith('/') ? `/${spRelative.split('/')[1] ?? ''}` : names.cseId;
  return `${cseId}/${String(ri)}`;
}

const texts = (value: Json | undefined): string[] => (Array.isArray(value) ? value.map(String) : []);
