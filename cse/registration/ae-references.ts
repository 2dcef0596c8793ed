import type { Json, JsonObject } from '../primitive.ts';
import type { Resource } from '../store/resource.ts';

/** SP-relative identifier of an AE. A stem alone names no CSE, so it stays right wherever the AE registers. */
const aeIdentifier = /^\/[^/]+\/[CS][A-Za-z0-9._~-]*$/;

/** Attributes that hold identifiers of AEs, by type: policies, groups, subscriptions (TS-0001 §9.6.46). */
const referring: ReadonlyMap<number, readonly string[]> = new Map([
  [1, ['pv', 'pvs']],
  [9, ['mid']],
  [23, ['nu', 'su']],
]);
const announcedFrom = 10_000;

/** Types whose resources can refer to an AE. */
export const referringTypes: readonly number[] = [...referring.keys()];

const namesOf = (type: number): readonly string[] => referring.get(type) ?? (type > announcedFrom ? ['lnk'] : []);

export const mayRefer = (type: number): boolean => namesOf(type).length > 0;

/** AEs a resource refers to. */
export function referencesIn({ ty, attributes }: Pick<Resource, 'ty' | 'attributes'>): ReadonlySet<string> {
  const found = new Set<string>();
  const look = (value: Json | undefined): void => {
    if (typeof value === 'string') {
      if (aeIdentifier.test(value)) found.add(value);
    } else if (typeof value === 'object' && value !== null) for (const member of Object.values(value)) look(member);
  };
  for (const name of namesOf(ty)) look(attributes[name]);
  return found;
}

/** What has to change so that a resource refers to `now` instead of `before`; undefined: nothing. */
export function replaced({ ty, attributes }: Resource, before: string, now: string): JsonObject | undefined {
  const changes: JsonObject = {};
  const swap = (value: Json): Json => {
    if (value === before) return now;
    if (Array.isArray(value)) return value.map(swap);
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, swap(member)]));
    return value;
  };
  for (const name of namesOf(ty)) {
    const value = attributes[name];
    if (value === undefined) continue;
    const after = swap(value);
    if (JSON.stringify(after) !== JSON.stringify(value)) changes[name] = after;
  }
  return Object.keys(changes).length === 0 ? undefined : changes;
}
