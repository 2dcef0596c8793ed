import { isDeepStrictEqual } from 'node:util';
import type { JsonValue } from '#ontologies';
import type { KnownAttribute, Origin, Update } from '../types.ts';
import type { Attributes } from './entity-row.ts';

/** What one message observed at one time. */
export interface ObservationSet {
  readonly entity: string;
  /** ISO 8601 UTC. */
  readonly observedAt: string;
  readonly origin: string;
  readonly mapping: string | null;
  readonly fields: Record<string, JsonValue>;
}

/**
 * Lays an update over the attributes known so far. Pure: `attributes` is not changed.
 *
 * @returns the new attributes, the same object when nothing is new
 */
export function merge(attributes: Attributes, { entity, origin }: Update): Attributes {
  let merged: Attributes | undefined;
  for (const [name, given] of Object.entries(entity)) {
    if (typeof given === 'string') continue; // id and type
    const known = (merged ?? attributes)[name];
    const incoming: KnownAttribute = { ...inUtc(given), origin };
    if (known !== undefined && !supersedes(incoming, known)) continue;
    if (known !== undefined && saysTheSame(incoming, known)) continue;
    merged ??= { ...attributes };
    merged[name] = incoming;
  }
  return merged ?? attributes;
}

/**
 * Whether an incoming attribute replaces the known one. Observations: the newer one stays, a correction (same message,
 * mapped anew) replaces. Facts without a time: the later message in the change feed of the CSE stays.
 */
function supersedes(incoming: KnownAttribute, known: KnownAttribute): boolean {
  if (incoming.observedAt !== undefined && known.observedAt !== undefined) {
    const [later, earlier] = [Date.parse(incoming.observedAt), Date.parse(known.observedAt)];
    return later > earlier || (later === earlier && incoming.origin?.resource === known.origin?.resource);
  }
  const [incomingSequence, knownSequence] = [incoming.origin?.sequence, known.origin?.sequence];
  return incomingSequence === undefined || knownSequence === undefined || incomingSequence >= knownSequence;
}

/** Equal but for the message that said it: a descriptor repeated word for word is no change. */
function saysTheSame(incoming: KnownAttribute, known: KnownAttribute): boolean {
  const { origin: _, ...said } = incoming;
  const { origin: __, ...knownToSay } = known;
  return isDeepStrictEqual(said, knownToSay);
}

const inUtc = <T extends { readonly observedAt?: string }>(attribute: T): T =>
  attribute.observedAt === undefined
    ? attribute
    : { ...attribute, observedAt: new Date(attribute.observedAt).toISOString() };

/** The observations in an update: its attributes that have a time, one set per time. */
export function observationsIn({ entity, origin }: Update): ObservationSet[] {
  const sets = new Map<string, ObservationSet>();
  for (const [name, attribute] of Object.entries(entity)) {
    if (typeof attribute === 'string' || attribute.observedAt === undefined) continue;
    const observedAt = new Date(attribute.observedAt).toISOString();
    const set = sets.get(observedAt) ?? newSet(entity.id, observedAt, origin);
    sets.set(observedAt, set);
    set.fields[name] = attribute.type === 'Relationship' ? attribute.object : (attribute.value as JsonValue);
  }
  return [...sets.values()];
}

const newSet = (entity: string, observedAt: string, origin: Origin): ObservationSet => ({
  entity,
  observedAt,
  origin: origin.resource,
  mapping: origin.mapping ?? null,
  fields: {},
});
