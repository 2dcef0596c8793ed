import type { Asker } from '../access/access.ts';
import { aeStem } from '../address.ts';
import { verifyAll } from '../notifications/verification.ts';
import type { Json, JsonObject, RequestPrimitive } from '../primitive.ts';
import type { Context } from '../procedures/context.ts';
import type { Resource } from '../store/resource.ts';
import { forwardingAddress } from './forwarding.ts';

const subscriptionType = 23;
const element = 'm2m:sub';

/**
 * A subscription that names `nfu` notifies the group host, which passes on what it has collected; one that does not goes
 * to the members as it is (TS-0004 §7.4.14.2.3). When it comes from a group this one is a member of, `nu` leads there.
 */
export async function withForwarding(
  context: Context,
  asker: Asker,
  group: Resource,
  request: RequestPrimitive,
): Promise<RequestPrimitive> {
  const subscription = request.ty === subscriptionType ? request.pc?.[element] : undefined;
  if (!isObject(subscription)) return request;
  const { nfu, nu, gpi } = subscription;
  if (!isTexts(nfu)) return request;
  const throughGroup = gpi !== undefined && isTexts(nu);
  const targets = [...new Set(throughGroup ? nu : nfu)].sort();
  const others = targets.filter((target) => aeStem(target, context.names) !== asker.originator);
  await verifyAll(context, others, asker, group.ri);
  const address = await forwardingAddress(context, group, targets);
  const id = `${context.names.cseId}/${group.ri}`;
  return { ...request, pc: { [element]: { ...subscription, nu: [address], gpi: id } as JsonObject } };
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isTexts = (value: Json | undefined): value is string[] =>
  Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string');
