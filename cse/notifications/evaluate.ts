import type { JsonObject } from '../primitive.ts';
import type { SubscriptionAttributes } from '../resources/index.ts';
import type { Resource } from '../store/resource.ts';
import type { Outgoing } from '../store/write.ts';
import { nowTimestamp } from '../timestamp.ts';
import { contentType, type Event, eventType } from './event.ts';

const defaultEvents: readonly number[] = [eventType.updated];

/**
 * Notifications that an event causes, one for each subscription that matches and each of its targets
 * (TS-0004 §7.5.1.2.2, TS-0001 §9.6.8).
 */
export function notificationsFor(event: Event, subscriptions: readonly Resource[], cseId: string): Outgoing[] {
  const outgoing: Outgoing[] = [];
  for (const subscription of subscriptions) {
    const attributes = subscription.attributes as unknown as SubscriptionAttributes;
    if (!matches(event, attributes)) continue;
    const body = notificationBody(event, subscription, cseId);
    for (const target of attributes.nu) outgoing.push({ subscription: subscription.no, target, body });
  }
  return outgoing;
}

/** JSON text of the notification one subscription sends of an event (TS-0004 §6.3.5.13). */
export function notificationBody(event: Event, subscription: Resource, cseId: string): string {
  const attributes = subscription.attributes as unknown as SubscriptionAttributes;
  const { cr, nfu, eeno } = attributes;
  const { attempt, originator } = event;
  const monitor = attempt === undefined ? '' : `,"om":{"op":${attempt.op},"or":${JSON.stringify(originator)}}`;
  const cause = eeno === true ? `,"or":${JSON.stringify(originator)}` : '';
  const creator = cr === undefined ? '' : `,"cr":${JSON.stringify(cr)}`;
  const forwarding = nfu?.[0] === undefined ? '' : `,"nfu":${JSON.stringify(nfu[0])}`;
  return `{"m2m:sgn":{"nev":{"net":${event.type},"rep":${content(event, attributes)}${monitor}${cause}},"sur":"${cseId}/${subscription.ri}"${creator}${forwarding}}}`;
}

/** What the notification shows, by `nct`: everything, what was modified, the identifier, or what the event brings itself. */
function content({ element, subject, text, modified, representation }: Event, { nct }: SubscriptionAttributes): string {
  if (representation !== undefined) return JSON.stringify(representation);
  if (nct === contentType.id) return `{"m2m:uri":${JSON.stringify(subject.path)}}`;
  return `{"${element}":${nct === contentType.modified && modified !== undefined ? JSON.stringify(modified) : text()}}`;
}

/** Whether a subscription asks for an event. */
export function matches(event: Event, { enc, et }: SubscriptionAttributes): boolean {
  if (et < nowTimestamp()) return false;
  if (enc === undefined) return event.attempt === undefined && event.type === eventType.updated;
  const { net = defaultEvents, om, chty, atr, md: _md, fo = 1, ...conditions } = enc;
  if (om !== undefined) {
    if (!om.some((monitor) => watches(monitor, event))) return false;
  } else if (event.attempt !== undefined || !net.includes(event.type)) return false;
  else if (!concerns(event, chty, atr)) return false;
  const results: boolean[] = [];
  for (const name in conditions)
    results.push(holds(name, conditions[name as keyof typeof conditions], event.attributes));
  if (results.length === 0) return true;
  if (fo === 1) return !results.includes(false);
  return fo === 2 ? results.includes(true) : results.filter(Boolean).length === 1;
}

/** `om` (operationMonitor): a named operation, a named originator, or both (TS-0001 Table 9.6.8-3). */
const watches = ({ ops, or }: { ops?: number; or?: string }, { attempt, originator }: Event): boolean =>
  attempt !== undefined && (ops === undefined || (ops & attempt.bit) !== 0) && (or === undefined || or === originator);

/** `chty` and `atr` narrow the events they apply to, and no others. */
function concerns(
  { type, subject, modified = {} }: Event,
  chty: readonly number[] | undefined,
  atr: readonly string[] | undefined,
): boolean {
  const ofChild = type === eventType.childCreated || type === eventType.childDeleted;
  if (ofChild) return chty === undefined || chty.includes(subject.ty);
  const ofAttributes = type === eventType.updated || type === eventType.blockingUpdate;
  return !ofAttributes || atr === undefined || atr.some((name) => Object.hasOwn(modified, name));
}

/** One condition of `enc`; a resource that lacks the attribute does not meet it. */
function holds(name: string, value: string | number | undefined, attributes: JsonObject): boolean {
  const subject = conditionSubjects[name];
  if (subject === undefined || value === undefined) return true;
  const found = attributes[subject.attribute];
  if (typeof found !== 'string' && typeof found !== 'number') return false;
  return subject.test(found, value);
}

type Comparable = string | number;
const below = (found: Comparable, value: Comparable): boolean => found < value;
const above = (found: Comparable, value: Comparable): boolean => found > value;
const notBelow = (found: Comparable, value: Comparable): boolean => found >= value;

/** TS-0001 §9.6.8 Table 9.6.8-3; timestamps compare as text. */
const conditionSubjects: Readonly<
  Record<string, { attribute: string; test: (found: Comparable, value: Comparable) => boolean }>
> = {
  crb: { attribute: 'ct', test: below },
  cra: { attribute: 'ct', test: above },
  us: { attribute: 'lt', test: below },
  ms: { attribute: 'lt', test: above },
  sts: { attribute: 'st', test: below },
  stb: { attribute: 'st', test: above },
  exb: { attribute: 'et', test: below },
  exa: { attribute: 'et', test: above },
  szb: { attribute: 'cs', test: below },
  sza: { attribute: 'cs', test: notBelow },
};
