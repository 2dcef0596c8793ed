import type { JsonObject } from './primitive.ts';
import { definitionFor } from './resources/index.ts';
import { type Counters, holdsInstances, labelsOf, type Resource } from './store/resource.ts';
import { nowTimestamp } from './timestamp.ts';

const containerType = 3;
const flexContainerType = 28;
const contentInstanceType = 4;
const cseBaseType = 5;

/** Root element of a resource's representation: `m2m:cnt`. */
export const elementOf = (resource: Resource): string => definitionFor(resource)?.element ?? `m2m:${resource.ty}`;

/** All attributes of a resource, without its root element. @param counters needed for what holds instances */
export function attributesOf(resource: Resource, counters?: Counters): JsonObject {
  const { rn, ty, ri, pi, attributes, st } = resource;
  const all: JsonObject = { rn, ty, ri, pi, ...attributes };
  if (st !== undefined && ty === contentInstanceType) all.st = st;
  if (counters !== undefined && holdsInstances(ty)) {
    const { st: tag, cni, cbs } = counters;
    if (ty === containerType) Object.assign(all, { st: tag, cni, cbs });
    // Of a flexContainer, only while it has instances.
    else if (ty !== flexContainerType || attributes.fcied !== undefined) Object.assign(all, { cni, cbs });
  }
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
