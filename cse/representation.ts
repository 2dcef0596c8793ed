import type { JsonObject } from './primitive.ts';
import { definitionOf } from './resources/index.ts';
import { type Counters, labelsOf, type Resource } from './store/resource.ts';
import { nowTimestamp } from './timestamp.ts';

const containerType = 3;
const cseBaseType = 5;

/** Root element of a resource's representation: `m2m:cnt`. */
export const elementOf = ({ ty }: Resource): string => definitionOf(ty)?.element ?? `m2m:${ty}`;

/** All attributes of a resource, without its root element. @param counters needed for a container */
export function attributesOf(resource: Resource, counters?: Counters): JsonObject {
  const { rn, ty, ri, pi, attributes, st } = resource;
  const all: JsonObject = { rn, ty, ri, pi, ...attributes };
  if (st !== undefined) all.st = st;
  if (ty === containerType && counters !== undefined) Object.assign(all, counters);
  if (ty === cseBaseType) all.ctm = nowTimestamp();
  return all;
}

/** Labels under which a change of the resource is found in the change feed: its own, its parent's, those of the AE above. */
export function feedLabels(resource: Resource, ancestors: readonly Resource[]): string[] {
  const labels = new Set(labelsOf(resource));
  const parent = ancestors[0];
  if (parent !== undefined) for (const label of labelsOf(parent)) labels.add(label);
  const ae = ancestors.find(({ ty }) => ty === 2);
  if (ae !== undefined) for (const label of labelsOf(ae)) labels.add(label);
  return [...labels];
}
