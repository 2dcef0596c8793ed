import type { Asker } from '../access/access.ts';
import { type Right, right } from '../access/rule.ts';
import { locationOf, relates } from '../geometry.ts';
import { descriptorsOf, linkedDescriptions } from '../semantics/descriptor.ts';
import type { Resource } from '../store/resource.ts';
import { meets } from '../store/search.ts';
import type { Context } from './context.ts';
import type { Filter, JudgedCondition } from './filter.ts';

/** Sum of the operations somebody has the right to on a resource, as in `acop`. */
export async function permissions({ access }: Context, asker: Asker, resource: Resource): Promise<number> {
  let sum = 0;
  for (const one of Object.values(right)) if (await access.permits(asker, one, resource)) sum += one;
  return sum;
}

/** Whether a resource meets a filter, for conditional requests. */
export async function matches(context: Context, asker: Asker, resource: Resource, filter: Filter): Promise<boolean> {
  return joined(context, asker, resource, filter, await meets(context.store, resource, filter));
}

/**
 * Joins what the store says of its conditions with what has to be judged here.
 *
 * @param met whether the stored conditions, joined among themselves, are met; for none of them, whether all are
 */
export async function joined(
  context: Context,
  asker: Asker,
  resource: Resource,
  { stored, judged, join }: Filter,
  met: boolean,
): Promise<boolean> {
  if (judged.length === 0) return met || (stored.length === 0 && join !== 'all');
  if (join === 'all' && !met) return false;
  if (join === 'any' && met) return true;
  let odd = met;
  for (const condition of judged) {
    const holds = await judge(context, asker, resource, condition);
    if (join === 'all' && !holds) return false;
    if (join === 'any' && holds) return true;
    if (holds) odd = !odd;
  }
  return join === 'odd' ? odd : join === 'all';
}

async function judge(context: Context, asker: Asker, resource: Resource, condition: JudgedCondition): Promise<boolean> {
  if (condition.kind === 'place') {
    const place = locationOf(resource.attributes.loc);
    return place !== undefined && relates(place, condition.relation, condition.geometry);
  }
  if (condition.kind === 'semantics') return isDescribed(context, asker, resource, condition.queries);
  for (const one of Object.values(right) as Right[]) {
    const wanted = (condition.operations & one) !== 0;
    if (wanted && !(await context.access.permits(asker, one, resource))) return false;
  }
  return true;
}

/** Whether one of the queries finds something in one of the resource's descriptions and what that is linked to (TS-0004 §7.3.3.18). */
async function isDescribed(
  context: Context,
  asker: Asker,
  resource: Resource,
  queries: readonly string[],
): Promise<boolean> {
  for (const descriptor of await descriptorsOf(context, resource, asker, right.discover)) {
    const { documents } = await linkedDescriptions(context, asker, descriptor.attributes, false);
    for (const query of queries) if (await context.semantics.matches(query, documents)) return true;
  }
  return false;
}
