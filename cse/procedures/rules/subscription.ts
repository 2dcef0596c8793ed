import { messageOf } from '#platform';
import type { Asker } from '../../access/access.ts';
import { right } from '../../access/rule.ts';
import { aeStem, readAddress } from '../../address.ts';
import type { JsonObject } from '../../primitive.ts';
import { badRequest, Refused } from '../../refusal.ts';
import type { SubscriptionAttributes } from '../../resources/index.ts';
import { definitionFor, definitionOf, mayHold } from '../../resources/index.ts';
import { statusName } from '../../response-status.ts';
import type { Resource } from '../../store/resource.ts';
import type { Context } from '../context.ts';
import type { TypeRules } from '../type-rules.ts';

const verificationTimeoutMs = 5_000;
/** Event types served: update, delete, creation and deletion of a child. */
const servedEvents = new Set([1, 2, 3, 4]);
/** Notification contents each event type allows, TS-0001 Table 9.6.8-2. */
const contentsOf: Readonly<Record<number, readonly number[]>> = { 1: [1, 2, 3], 2: [1, 3], 3: [1, 3], 4: [1, 3] };

/** TS-0004 §7.4.8, in its order. */
export const subscriptionRules: TypeRules = {
  async create(context, { parent, attributes, asker, ri }) {
    // Whoever subscribes learns what the parent holds (TS-0004 §7.4.8.2.1).
    if (!(await context.access.permits(asker, right.retrieve, parent))) {
      throw new Refused(
        'ORIGINATOR_HAS_NO_PRIVILEGE',
        `${asker.originator} may not RETRIEVE ${parent.path}, hence not subscribe to it`,
      );
    }
    check(parent, attributes);
    attributes.nct ??= 1;
    const { nu } = attributes as unknown as SubscriptionAttributes;
    const foreign = nu.filter((target) => aeStem(target, context.names) !== asker.originator);
    if (foreign.length > 0) attributes.cr = asker.originator;
    for (const target of foreign) await verify(context, target, asker, ri);
  },
  async update(context, { resource, given, attributes, asker }) {
    const parent = resource.parentNo === null ? undefined : await context.store.byNumber(resource.parentNo);
    if (parent !== undefined) check(parent, attributes);
    if (given.nu === undefined) return;
    const before = (resource.attributes as unknown as SubscriptionAttributes).nu;
    const { nu } = attributes as unknown as SubscriptionAttributes;
    const added = nu.filter((target) => !before.includes(target) && aeStem(target, context.names) !== asker.originator);
    for (const target of added) await verify(context, target, asker, resource.ri);
  },
};

function check(parent: Resource, attributes: JsonObject): void {
  const { enc = {}, nct, nu, su } = attributes as unknown as SubscriptionAttributes;
  const { net, om, md, chty } = enc;
  if (om !== undefined && net !== undefined) throw badRequest('enc: "om" and "net" exclude each other');
  if (om !== undefined) throw new Refused('NOT_IMPLEMENTED', 'enc/om (operationMonitor) is not supported');
  const events = net ?? [1];
  const unserved = events.find((event) => !servedEvents.has(event));
  if (unserved !== undefined) throw new Refused('NOT_IMPLEMENTED', `enc/net: event type ${unserved} is not supported`);
  if (md !== undefined) throw badRequest('enc/md: only a subscription to a <timeSeries> has missing data');
  const holder = definitionFor(parent);
  for (const type of chty ?? []) {
    const child = definitionOf(type);
    if (child === undefined || holder === undefined || !mayHold(holder, child))
      throw badRequest(`enc/chty: ${type} cannot be a child of ${parent.path}`);
  }
  if (nct !== undefined && events.some((event) => !contentsOf[event]?.includes(nct))) {
    throw badRequest(`nct (notificationContentType): ${nct} does not go with event types ${events.join(', ')}`);
  }
  for (const [name, targets] of Object.entries({ nu, su: su === undefined ? [] : [su] })) {
    for (const target of targets) {
      if (target.includes('://') && !URL.canParse(target)) throw badRequest(`${name}: "${target}" is not a URL`);
    }
  }
}

/**
 * Asks a target that is a resource whether it wants to be notified (TS-0004 §7.5.1.2.3). URLs are not asked: the standard
 * expects no answer from them.
 */
async function verify({ access, targets, names }: Context, target: string, asker: Asker, ri: string): Promise<void> {
  if (target.includes('://')) {
    if (!targets.speaks(target)) throw badRequest(`nu: the protocol of "${target}" is not spoken here`);
    return;
  }
  const failed = (why: string, cause?: unknown): Refused =>
    new Refused('SUBSCRIPTION_VERIFICATION_INITIATION_FAILED', `nu: ${target} was not verified: ${why}`, { cause });
  // Whether a resource of another CSE may be notified, that CSE decides.
  if (readAddress(aeStem(target, names), names).local) {
    const resource = await targets.resourceAt(target);
    if (resource === undefined) throw failed('it is not a resource of this CSE');
    if (!(await access.permits(asker, right.notify, resource))) throw failed(`${asker.originator} may not NOTIFY it`);
  }
  const content = { 'm2m:sgn': { vrq: true, cr: asker.originator, sur: `${names.cseId}/${ri}` } };
  let rsc: number;
  try {
    ({ rsc } = await targets.send(target, content, AbortSignal.timeout(verificationTimeoutMs)));
  } catch (error) {
    throw failed(messageOf(error), error);
  }
  if (rsc !== 2000) throw failed(`it answered ${statusName(rsc) ?? rsc}`);
}
