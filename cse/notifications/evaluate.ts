import type { JsonObject } from '../primitive.ts';
import type { SubscriptionAttributes } from '../resources/index.ts';
import type { Resource } from '../store/resource.ts';
import type { Outgoing } from '../store/write.ts';
import { nowTimestamp } from '../timestamp.ts';

/** Event types, TS-0004 §6.3.4.2.19. */
export const eventType = { updated: 1, deleted: 2, childCreated: 3, childDeleted: 4 } as const;
export type EventType = (typeof eventType)[keyof typeof eventType];

/** What happened, in the form subscriptions ask about. */
export interface Event {
  readonly type: EventType;
  /** Resource the event is about: the child for events 3 and 4, else the subscribed-to resource. */
  readonly subject: Resource;
  /** Root element of its representation. */
  readonly element: string;
  /** JSON text of all its attributes. */
  readonly all: () => string;
  /** Names and new values of what an UPDATE changed. */
  readonly modified?: JsonObject;
}

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
    const creator = attributes.cr === undefined ? '' : `,"cr":${JSON.stringify(attributes.cr)}`;
    const body = `{"m2m:sgn":{"nev":{"net":${event.type},"rep":${content(event, attributes)}},"sur":"${cseId}/${subscription.ri}"${creator}}}`;
    for (const target of attributes.nu) outgoing.push({ subscription: subscription.no, target, body });
  }
  return outgoing;
}

/** What the notification shows, by `nct`: everything, what was modified, or the identifier. */
function content({ element, subject, all, modified }: Event, { nct }: SubscriptionAttributes): string {
  if (nct === 3) return `{"m2m:uri":${JSON.stringify(subject.path)}}`;
  return `{"${element}":${nct === 2 && modified !== undefined ? JSON.stringify(modified) : all()}}`;
}

function matches(event: Event, { enc, et }: SubscriptionAttributes): boolean {
  if (et < nowTimestamp()) return false;
  const { net = defaultEvents, chty, atr, fo = 1, ...conditions } = enc ?? {};
  if (!net.includes(event.type)) return false;
  const ofChild = event.type === eventType.childCreated || event.type === eventType.childDeleted;
  if (ofChild && chty !== undefined && !chty.includes(event.subject.ty)) return false;
  if (event.type === eventType.updated && atr !== undefined) {
    const { modified = {} } = event;
    if (!atr.some((name) => Object.hasOwn(modified, name))) return false;
  }
  const results = Object.entries(conditions).map(([name, value]) =>
    holds(name, value as string | number, event.subject),
  );
  return results.length === 0 || (fo === 2 ? results.includes(true) : !results.includes(false));
}

/** One condition of `enc`; a resource that lacks the attribute does not meet it. */
function holds(name: string, value: string | number, { attributes, st }: Resource): boolean {
  const subject = conditionSubjects[name];
  if (subject === undefined) return true;
  const found = subject.attribute === 'st' ? st : attributes[subject.attribute];
  if (typeof found !== 'string' && typeof found !== 'number') return false;
  return subject.test(found, value);
}

type Comparable = string | number;
const below = (found: Comparable, value: Comparable): boolean => found < value;
const notBelow = (found: Comparable, value: Comparable): boolean => found >= value;

/** TS-0001 §9.6.8 Table 9.6.8-3; timestamps compare as text. */
const conditionSubjects: Readonly<
  Record<string, { attribute: string; test: (found: Comparable, value: Comparable) => boolean }>
> = {
  crb: { attribute: 'ct', test: below },
  cra: { attribute: 'ct', test: notBelow },
  us: { attribute: 'lt', test: below },
  ms: { attribute: 'lt', test: notBelow },
  sts: { attribute: 'st', test: below },
  stb: { attribute: 'st', test: notBelow },
  exb: { attribute: 'et', test: below },
  exa: { attribute: 'et', test: notBelow },
  szb: { attribute: 'cs', test: below },
  sza: { attribute: 'cs', test: notBelow },
};
