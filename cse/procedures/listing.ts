import type { Right } from '../access/rule.ts';
import type { Json, JsonObject } from '../primitive.ts';
import { elementOf } from '../representation.ts';
import type { Resource } from '../store/resource.ts';
import { search } from '../store/search.ts';
import type { Call, Context } from './context.ts';
import type { Filter } from './filter.ts';
import { joined } from './judge.ts';
import { currentAttributes } from './result.ts';
import { findTarget } from './target.ts';

export interface Listing {
  readonly resources: readonly Resource[];
  /** 1-based position to go on from; undefined when nothing is left out. */
  readonly nextOffset?: number;
}

/**
 * Collects what is below a resource, meets the filter and may be seen (TS-0004 §7.3.3.14, TS-0001 §10.2.6): `ofst` and
 * `lim` count such results.
 */
export async function listBelow(
  context: Context,
  { asker }: Call,
  root: Resource,
  filter: Filter,
  asked: Right,
  atMost = context.settings.resultsMax,
): Promise<Listing> {
  const { store, access } = context;
  const limit = Math.min(filter.limit ?? atMost, atMost);
  const everywhere = await access.permitsEverywhere(asker, asked);
  const scope = {
    root,
    ...(filter.level === undefined ? {} : { levels: filter.level }),
    visibleTo: everywhere ? undefined : access.ownersSeenBy(asker),
  };
  const resources: Resource[] = [];
  let place = 0;
  let lookedAt = 0;
  const conditions = { ...filter, only: filter.join === 'all' || filter.judged.length === 0 };
  for await (const { resource: found, met } of search(store, scope, conditions)) {
    lookedAt += 1;
    if (lookedAt > context.settings.searchedMax) return { resources, nextOffset: place + 1 };
    if (!(await joined(context, asker, found, filter, met))) continue;
    const shown = filter.relativePath === undefined ? found : await below(context, found, filter.relativePath);
    const permitted = shown !== undefined && (everywhere || (await access.permits(asker, asked, shown)));
    if (permitted) {
      place += 1;
      if (place >= filter.offset) {
        if (resources.length >= limit) return { resources, nextOffset: place };
        resources.push(shown);
      }
    }
  }
  return { resources };
}

/** `arp`: what stands at a relative path below a match, if anything does. */
async function below(context: Context, match: Resource, relativePath: string): Promise<Resource | undefined> {
  try {
    const { resource, virtual } = await findTarget(context, `${match.path}/${relativePath}`);
    if (virtual === undefined) return resource;
    return (await (virtual === 'la' ? context.store.latest(resource) : context.store.oldest(resource))) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Address of a resource in a list, by `drt`: structured (default) or its identifier. */
export const addressOf = (resource: Resource, drt: number | undefined): string =>
  drt === 2 ? resource.ri : resource.path;

/** `ch` and `rrf` entries, TS-0004 §6.3.5.29. */
export const referencesTo = (resources: readonly Resource[], drt: number | undefined): JsonObject[] =>
  resources.map((resource) => ({ nm: resource.rn, typ: resource.ty, val: addressOf(resource, drt) }));

/** Hangs representations into their parents, grouped by type: `{ "m2m:cin": [ … ], "m2m:cnt": [ { …, "m2m:cin": [] } ] }`. */
export async function nest(
  context: Context,
  root: Resource,
  resources: readonly Resource[],
  into: JsonObject,
): Promise<void> {
  const byPath = new Map<string, JsonObject>([[root.path, into]]);
  for (const resource of resources) {
    const parent = byPath.get(resource.path.slice(0, -resource.rn.length - 1));
    // A child whose parent is not shown has no place in the tree.
    if (parent === undefined) continue;
    const attributes = await currentAttributes(context.store, resource);
    const element = elementOf(resource);
    const siblings = parent[element];
    if (Array.isArray(siblings)) siblings.push(attributes as Json);
    else parent[element] = [attributes];
    byPath.set(resource.path, attributes);
  }
}
