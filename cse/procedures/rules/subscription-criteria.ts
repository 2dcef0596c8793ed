import { right } from '../../access/rule.ts';
import { aeStem } from '../../address.ts';
import { isBlocking } from '../../notifications/blocking.ts';
import { contentType, eventType } from '../../notifications/event.ts';
import type { JsonObject } from '../../primitive.ts';
import { badRequest, Refused } from '../../refusal.ts';
import { common, universal } from '../../resources/common.ts';
import {
  definitionFor,
  definitionOf,
  mayHold,
  type SubscriptionAttributes,
  subscription,
} from '../../resources/index.ts';
import { isFormat, serializations } from '../../serialization/index.ts';
import type { Resource } from '../../store/resource.ts';
import { fromDuration } from '../../timestamp.ts';
import type { Context } from '../context.ts';

const { all, modified, id, triggerPayload, timeSeries } = contentType;
/** Notification contents each event type allows, the default first (TS-0001 Table 9.6.8-4). */
const contentsOf: Readonly<Record<number, readonly number[]>> = {
  [eventType.updated]: [all, modified, id],
  [eventType.deleted]: [all, id],
  [eventType.childCreated]: [all, id],
  [eventType.childDeleted]: [all, id],
  [eventType.emptyRetrieved]: [all, id],
  [eventType.triggerReceived]: [triggerPayload],
  [eventType.blockingUpdate]: [modified],
  [eventType.dataMissing]: [timeSeries],
};
/** What a monitored operation may show. */
const contentsOfAttempts: readonly number[] = [all, id];
/** Event types that make sense for one type of parent only. */
const parentOf: Readonly<Record<number, readonly [number, string]>> = {
  [eventType.emptyRetrieved]: [3, 'container'],
  [eventType.triggerReceived]: [2, 'AE'],
  [eventType.dataMissing]: [29, 'timeSeries'],
};
/** Event types that go with no other. */
const alone: readonly number[] = [eventType.blockingUpdate, eventType.dataMissing];

const eventsOf = ({ enc = {} }: SubscriptionAttributes): readonly number[] => enc.net ?? [eventType.updated];

/** Content a subscription shows when it does not say; one that its events have in common (TS-0004 §7.4.8.2.1). */
export function defaultContent(attributes: JsonObject): number {
  const given = attributes as unknown as SubscriptionAttributes;
  if (given.enc?.om !== undefined) return all;
  const defaults = new Set(eventsOf(given).map((event) => contentsOf[event]?.[0] ?? all));
  const [only = all, ...others] = defaults;
  if (others.length > 0)
    throw badRequest(
      `nct (notificationContentType): has to be named, as events ${eventsOf(given)} show different contents`,
    );
  return only;
}

/** TS-0004 §7.4.8.2.1 and §7.4.8.2.3: what belongs together in `enc`, and what excludes each other. */
export function checkCriteria(parent: Resource, attributes: JsonObject): void {
  const given = attributes as unknown as SubscriptionAttributes;
  const { net, om, md, chty } = given.enc ?? {};
  const events = eventsOf(given);
  if (om !== undefined && net !== undefined) throw badRequest('enc: "om" and "net" exclude each other');
  if (om?.length === 0 || om?.some(({ ops, or }) => ops === undefined && or === undefined))
    throw badRequest('enc/om (operationMonitor): each entry has to name operations (ops), an originator (or), or both');
  for (const event of om === undefined ? events : []) {
    const [type, name] = parentOf[event] ?? [];
    if (type !== undefined && parent.ty !== type)
      throw badRequest(`enc/net: event type ${event} is told by a subscription to a <${name}> only`);
    if (alone.includes(event) && events.length > 1)
      throw badRequest(`enc/net: event type ${event} cannot be combined with others`);
  }
  if (events.includes(eventType.dataMissing) && md === undefined)
    throw badRequest('enc/md (missingData) is mandatory with event type 8');
  if (md !== undefined && parent.ty !== parentOf[eventType.dataMissing]?.[0])
    throw badRequest('enc/md: only a subscription to a <timeSeries> has missing data');
  const holder = definitionFor(parent);
  for (const type of chty ?? []) {
    const child = definitionOf(type);
    if (child === undefined || holder === undefined || !mayHold(holder, child))
      throw badRequest(`enc/chty: ${type} cannot be a child of ${parent.path}`);
  }
  checkContent(given, om === undefined ? events : undefined);
  if (given.rl !== undefined && fromDuration(given.rl.tww) === 0)
    throw badRequest('rl/tww: a duration longer than 0 is expected');
}

function checkContent({ nct }: SubscriptionAttributes, events: readonly number[] | undefined): void {
  if (nct === undefined) return;
  if (events === undefined) {
    if (!contentsOfAttempts.includes(nct))
      throw badRequest(`nct (notificationContentType): ${nct} does not go with monitored operations`);
  } else if (events.some((event) => !contentsOf[event]?.includes(nct)))
    throw badRequest(`nct (notificationContentType): ${nct} does not go with event types ${events.join(', ')}`);
}

/** URLs have to be such, and ask for a serialization that there is (TS-0004 Table 7.4.8.1-3). */
export function checkTargets(attributes: JsonObject): void {
  const { nu, su } = attributes as unknown as SubscriptionAttributes;
  for (const [name, targets] of Object.entries({ nu, su: su === undefined ? [] : [su] })) {
    for (const target of targets) {
      if (!target.includes('://')) continue;
      if (!URL.canParse(target)) throw badRequest(`${name}: "${target}" is not a URL`);
      const ct = new URL(target).searchParams.get('ct');
      if (ct !== null && !isFormat(ct))
        throw badRequest(`${name}: ct has to be one of ${Object.keys(serializations).join(', ')}, found "${ct}"`);
    }
  }
}

const policies = Object.keys(subscription.attributes).filter(
  (name) => !Object.hasOwn(universal, name) && !Object.hasOwn(common, name) && name !== 'enc' && name !== 'nu',
);

/**
 * A blocking subscription: one per resource, one target that is a resource and may update the subscribed-to one, and
 * nothing but `net` and `atr` (TS-0004 §7.4.8.2.1, TS-0001 §10.2.10.2).
 *
 * @param given what the request names
 * @param itself the subscription, when it is being updated
 */
export async function checkBlocking(
  context: Context,
  parent: Resource,
  attributes: JsonObject,
  given: JsonObject,
  itself?: Resource,
): Promise<void> {
  const { enc = {}, nu } = attributes as unknown as SubscriptionAttributes;
  if (!enc.net?.includes(eventType.blockingUpdate)) return;
  const asked = given.enc as SubscriptionAttributes['enc'] | null;
  if (itself !== undefined && asked?.net?.includes(eventType.blockingUpdate))
    throw badRequest('enc/net: event type 7 (blocking update) can only be chosen when the subscription is created');
  if (enc.net.length > 1) throw badRequest('enc/net: event type 7 (blocking update) cannot be combined with others');
  const others = await context.store.subscriptionsOf(parent.no);
  if (others.some((other) => other.no !== itself?.no && isBlocking(other)))
    throw new Refused(
      'BLOCKING_SUBSCRIPTION_ALREADY_EXISTS',
      `enc/net: ${parent.path} has a blocking subscription already`,
    );
  const [target = ''] = nu;
  if (nu.length > 1) throw badRequest('nu: a blocking subscription has one target');
  const policy = policies.find((name) => given[name] !== undefined && given[name] !== null);
  if (policy !== undefined)
    throw badRequest(`${policy}: a blocking subscription has no other policies than enc and nu`);
  const condition = Object.keys(enc).find((name) => name !== 'net' && name !== 'atr');
  if (condition !== undefined)
    throw badRequest(`enc/${condition}: a blocking subscription asks about attributes (atr) only`);
  if (target.includes('://'))
    throw badRequest(`nu: a resource is expected in a blocking subscription, found "${target}"`);
  const ae = await context.targets.resourceAt(target);
  const asker = { originator: aeStem(ae?.ri ?? target, context.names), authenticated: true, registered: true };
  if (ae !== undefined && !(await context.access.permits(asker, right.update, parent)))
    throw new Refused('ORIGINATOR_HAS_NO_PRIVILEGE', `nu: ${target} may not UPDATE ${parent.path}, hence not block it`);
}
