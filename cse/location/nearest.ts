import { type Geometry, locationOf } from '../geometry.ts';
import type { Json } from '../primitive.ts';
import type { Context } from '../procedures/context.ts';
import { alive } from '../procedures/target.ts';
import { definitionFor } from '../resources/index.ts';
import type { Resource } from '../store/resource.ts';
import { placeIn } from './place.ts';

const locationPolicyType = 10;
const managementObjectType = 13;
const nodeType = 14;
const aeType = 2;
/** Nodes that are looked at before the search is given up. */
const nodesMax = 1_000;

/**
 * The location shared by the node that is the fewest hops away from that of an originator, in the topology that
 * [areaNwkInfo] and [areaNwkDeviceInfo] describe (TS-0004 §7.4.10.2.1, step 5).
 *
 * @returns undefined when no node that can be reached has one
 */
export async function nearestLocation(context: Context, originator: string): Promise<Geometry | undefined> {
  const ae = alive(await context.targets.resourceAt(originator));
  const start = await nodeAt(context, ae?.attributes.nl);
  if (start === undefined) return undefined;
  const seen = new Set([start.no]);
  let hop: readonly Resource[] = [start];
  while (hop.length > 0 && seen.size < nodesMax) {
    const next: Resource[] = [];
    for (const node of hop) {
      const place = await locationOfNode(context, node, originator);
      if (place !== undefined) return place;
      for (const neighbour of await neighboursOf(context, node)) {
        if (seen.has(neighbour.no)) continue;
        seen.add(neighbour.no);
        next.push(neighbour);
      }
    }
    hop = next;
  }
  return undefined;
}

/** What the AEs of a node say of where they are: `loc`, or the newest position under a location policy of theirs. */
async function locationOfNode(context: Context, node: Resource, originator: string): Promise<Geometry | undefined> {
  for (const reference of texts(node.attributes.hael)) {
    const ae = alive(await context.targets.resourceAt(reference));
    if (ae?.ty !== aeType) continue;
    const place = locationOf(ae.attributes.loc);
    if (place?.type === 'Point') return place;
    // Of the originator itself, a policy is what is being answered.
    if (ae.ri === originator) continue;
    for (const policy of await context.store.childrenOfType(ae, locationPolicyType)) {
      const container = alive(await context.targets.resourceAt(String(policy.attributes.loi)));
      const newest = container === undefined ? undefined : alive(await context.store.latest(container));
      const told = placeIn(newest?.attributes.con);
      if (told !== undefined) return told;
    }
  }
  return undefined;
}

async function neighboursOf(context: Context, node: Resource): Promise<Resource[]> {
  const references: string[] = [];
  for (const object of await context.store.childrenOfType(node, managementObjectType)) {
    const { lnh, awi, ldv } = object.attributes;
    const { shortName } = definitionFor(object) ?? {};
    if (shortName === 'andi') references.push(...texts(lnh), ...(typeof awi === 'string' ? [awi] : []));
    if (shortName === 'ani') references.push(...texts(ldv));
  }
  const nodes: Resource[] = [];
  for (const reference of references) {
    const node = await nodeAt(context, reference);
    if (node !== undefined) nodes.push(node);
  }
  return nodes;
}

/** The node a reference leads to, itself or through one of its management objects. */
async function nodeAt({ targets, store }: Context, reference: Json | undefined): Promise<Resource | undefined> {
  const found = typeof reference === 'string' ? alive(await targets.resourceAt(reference)) : undefined;
  const node = found?.ty === managementObjectType ? await store.byNumber(found.parentNo ?? 0) : found;
  return node?.ty === nodeType ? node : undefined;
}

const texts = (value: Json | undefined): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
