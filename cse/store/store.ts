import type pg from 'pg';
import type { JsonObject } from '../primitive.ts';
import type { ResourceDefinition } from '../resources/index.ts';
import { nowTimestamp } from '../timestamp.ts';
import { ReadThrough } from './read-through.ts';
import {
  type Counters,
  holdsInstances,
  instanceId,
  instanceTypeOf,
  isInstance,
  type Resource,
  readInstanceId,
} from './resource.ts';

const resourcesMax = 20_000;
const containersMax = 20_000;

export interface ResourceRow {
  no: number;
  parent_no: number | null;
  ty: number;
  ri: string;
  pi: string | null;
  rn: string;
  path: string;
  depth: number;
  creator: string;
  version: number;
  attributes: JsonObject;
}

export interface InstanceRow {
  no: number;
  st: number;
  rn: string | null;
  ct: string;
  et: string;
  cs: number;
  body: string;
}

/** Columns of a `ResourceRow`; the table's alias is `r`, its parent's `p`. */
export const resourceColumns =
  'r.no, r.parent_no, r.ty, r.ri, p.ri AS pi, r.rn, r.path, r.depth, r.creator, r.version, r.attributes';
const resourceSelect = `SELECT ${resourceColumns} FROM cse.resource r LEFT JOIN cse.resource p ON p.no = r.parent_no`;
const instanceColumns = 'no, st, rn, ct, et, cs, body';

export const toResource = (row: ResourceRow): Resource => ({
  no: row.no,
  parentNo: row.parent_no,
  ty: row.ty,
  ri: row.ri,
  pi: row.pi ?? '',
  rn: row.rn,
  path: row.path,
  depth: row.depth,
  creator: row.creator,
  version: row.version,
  attributes: row.attributes,
});

/** An instance has no row of its own for what its container already says. */
export function toInstance(container: Resource, row: InstanceRow): Resource {
  const ty = instanceTypeOf(container.ty) ?? 0;
  const ri = instanceId(ty, container.no, row.st);
  const rn = row.rn ?? ri;
  const { cnd } = container.attributes;
  return {
    no: container.no,
    parentNo: container.no,
    ty,
    ri,
    pi: container.ri,
    rn,
    path: `${container.path}/${rn}`,
    depth: container.depth + 1,
    creator: '',
    version: 1,
    attributes: { ct: row.ct, lt: row.ct, et: row.et, cs: row.cs, ...(JSON.parse(row.body) as JsonObject) },
    st: row.st,
    ...(typeof cnd === 'string' ? { specialization: cnd } : {}),
  };
}

/** What a committed change makes stale, here and on other nodes. */
export interface Stale {
  /** Numbers of containers whose counters and newest instance changed. */
  readonly containers: Iterable<number>;
  /** Numbers of resources that were created, updated or deleted. */
  readonly resources: Iterable<number>;
  /** Numbers of parents whose subscriptions changed. */
  readonly subscribed: Iterable<number>;
  /** Paths whose whole subtree is gone. */
  readonly subtrees: Iterable<string>;
}

/** What is looked at with every change of, or delivery for, the resource it belongs to. */
interface Attached {
  readonly subscriptions: readonly Resource[];
  readonly schedules: readonly Resource[];
}

const nothingAttached: Attached = { subscriptions: [], schedules: [] };
const subscriptionType = 23;
const scheduleType = 18;

/** Reading side of the store: bounded caches over PostgreSQL. The committer writes. */
export class Store {
  readonly pool: pg.Pool;
  readonly #resources: ReadThrough<number, Resource>;
  readonly #counters: ReadThrough<number, Counters>;
  readonly #latest: ReadThrough<number, Resource>;
  readonly #attached: ReadThrough<number, Attached>;
  /** Under one key: numbers of resources with a subscription that monitors operations. */
  readonly #monitored: ReadThrough<'om', Set<number>>;
  /** Both lead to the number; what is known of the resource stands in the first. */
  readonly #byPath: ReadThrough<string, Resource>;
  readonly #byRi: ReadThrough<string, Resource>;

  constructor(pool: pg.Pool, seen: (cache: string, hit: boolean) => void) {
    this.pool = pool;
    this.#resources = new ReadThrough(
      resourcesMax,
      (no) => this.#loadResource('r.no', no),
      (hit) => seen('resource', hit),
    );
    this.#byPath = new ReadThrough(resourcesMax, (path) => this.#loadResource('r.path', path));
    this.#byRi = new ReadThrough(resourcesMax, (ri) => this.#loadResource('r.ri', ri));
    this.#counters = new ReadThrough(
      containersMax,
      (no) => this.#loadCounters(no),
      (hit) => seen('counter', hit),
    );
    this.#latest = new ReadThrough(
      containersMax,
      (no) => this.#loadEnd(no, 'DESC'),
      (hit) => seen('latest', hit),
    );
    this.#attached = new ReadThrough(
      containersMax,
      (no) => this.#loadAttached(no),
      (hit) => seen('subscription', hit),
    );
    this.#monitored = new ReadThrough(1, () => this.#loadMonitored());
  }

  byNumber(no: number): Resource | undefined | Promise<Resource | undefined> {
    return this.#resources.get(no);
  }

  /** A resource or instance by structured address. */
  async byPath(path: string): Promise<Resource | undefined> {
    const known = await this.#byPath.get(path);
    if (known !== undefined) return this.byNumber(known.no);
    const cut = path.lastIndexOf('/');
    const parent = cut < 0 ? undefined : await this.#byPath.get(path.slice(0, cut));
    const container = parent === undefined ? undefined : await this.byNumber(parent.no);
    return container !== undefined && holdsInstances(container.ty)
      ? this.instanceByName(container, path.slice(cut + 1))
      : undefined;
  }

  /** A resource or instance by identifier. */
  async byRi(ri: string): Promise<Resource | undefined> {
    const instance = readInstanceId(ri);
    if (instance !== undefined) {
      const container = await this.byNumber(instance.no);
      const found = container === undefined ? undefined : await this.instance(container, instance.st);
      return found?.ri === ri ? found : undefined;
    }
    const known = await this.#byRi.get(ri);
    return known === undefined ? undefined : this.byNumber(known.no);
  }

  /** A resource by structured address, as far as it is in memory. */
  peekPath(path: string): Resource | undefined {
    const known = this.#byPath.peek(path);
    return known === undefined ? undefined : this.#resources.peek(known.no);
  }

  /** A resource by identifier, as far as it is in memory. */
  peekRi(ri: string): Resource | undefined {
    const known = this.#byRi.peek(ri);
    return known === undefined ? undefined : this.#resources.peek(known.no);
  }

  /** A resource by its number, as far as it is in memory. */
  peekNumber(no: number): Resource | undefined {
    return this.#resources.peek(no);
  }

  /** What is announced here of a resource of another CSE. @param links forms of its address */
  async announcedFrom(links: readonly string[]): Promise<Resource | undefined> {
    const { rows } = await this.pool.query<ResourceRow>({
      name: 'announced from',
      text: `${resourceSelect} WHERE r.ty > 10000 AND r.attributes->>'lnk' = ANY ($1::text[])
        AND (r.et IS NULL OR r.et > $2) ORDER BY r.no LIMIT 1`,
      values: [links, nowTimestamp()],
    });
    return rows[0] === undefined ? undefined : toResource(rows[0]);
  }

  async instanceByName(container: Resource, rn: string): Promise<Resource | undefined> {
    const generated = readInstanceId(rn);
    if (generated?.no === container.no) return this.instance(container, generated.st);
    return this.#oneInstance(container, 'instance by name', 'no = $1 AND rn = $2', [container.no, rn]);
  }

  async instance(container: Resource, st: number): Promise<Resource | undefined> {
    const latest = this.#latest.peek(container.no);
    if (latest?.st === st) return latest;
    return this.#oneInstance(container, 'instance', 'no = $1 AND st = $2', [container.no, st]);
  }

  /** Newest instance (`la`), by order of creation. */
  latest(container: Resource): Resource | undefined | Promise<Resource | undefined> {
    return this.#latest.get(container.no);
  }

  /** Oldest instance (`ol`). */
  oldest(container: Resource): Promise<Resource | undefined> {
    return this.#loadEnd(container.no, 'ASC');
  }

  /** Newest or oldest instance whose time is not over; past the cache, for when the one at the end has expired. */
  async unexpiredEnd(container: Resource, order: 'ASC' | 'DESC'): Promise<Resource | undefined> {
    const { rows } = await this.pool.query<InstanceRow>({
      name: `unexpired instance at the end ${order}`,
      text: `SELECT ${instanceColumns} FROM cse.instance WHERE no = $1 AND et > $2 ORDER BY st ${order} LIMIT 1`,
      values: [container.no, nowTimestamp()],
    });
    return rows[0] === undefined ? undefined : toInstance(container, rows[0]);
  }

  /** Address of a child that would outlive its parent; undefined when there is none. */
  async childExpiringAfter(resource: Resource, et: string): Promise<string | undefined> {
    const { rows } = await this.pool.query<{ path: string }>(
      `(SELECT path FROM cse.resource WHERE parent_no = $1 AND et > $2 LIMIT 1)
       UNION ALL (SELECT $3 || '/' || st FROM cse.instance WHERE no = $1 AND et > $2 LIMIT 1)`,
      [resource.no, et, resource.path],
    );
    return rows[0]?.path;
  }

  /** Children of a type, the oldest first. */
  async childrenOfType(parent: Resource, type: number): Promise<Resource[]> {
    if (isInstance(parent.ty)) return [];
    const { rows } = await this.pool.query<ResourceRow>({
      name: 'children of a type',
      text: `${resourceSelect} WHERE r.parent_no = $1 AND r.ty = $2 AND (r.et IS NULL OR r.et > $3) ORDER BY r.no`,
      values: [parent.no, type, nowTimestamp()],
    });
    return rows.map(toResource);
  }

  /** Every resource of a type, at most so many. */
  async resourcesOfType(type: number, atMost: number): Promise<Resource[]> {
    const { rows } = await this.pool.query<ResourceRow>(`${resourceSelect} WHERE r.ty = $1 ORDER BY r.no LIMIT $2`, [
      type,
      atMost,
    ]);
    return rows.map(toResource);
  }

  /** How many children of a type a resource has. */
  async numberOfChildren(parent: Resource, { type, specialization }: ResourceDefinition): Promise<number> {
    const { rows } = await this.pool.query<{ count: number }>(
      `SELECT count(*)::integer AS count FROM cse.resource
       WHERE parent_no = $1 AND ty = $2 AND ($3::text IS NULL OR COALESCE(attributes->>'mgd', attributes->>'cnd') = $3)`,
      [parent.no, type, specialization === undefined ? null : String(specialization)],
    );
    return rows[0]?.count ?? 0;
  }

  /** Children of a resource, the newest first, instances among them. */
  async newestChildren(parent: Resource, limit: number): Promise<Resource[]> {
    const children = await this.pool.query<ResourceRow>(
      `${resourceSelect} WHERE r.parent_no = $1 ORDER BY r.ct DESC, r.no DESC LIMIT $2`,
      [parent.no, limit],
    );
    const found = children.rows.map(toResource);
    if (!holdsInstances(parent.ty)) return found;
    const { rows } = await this.pool.query<InstanceRow>(
      `SELECT ${instanceColumns} FROM cse.instance WHERE no = $1 AND et > $2 ORDER BY st DESC LIMIT $3`,
      [parent.no, nowTimestamp(), limit],
    );
    return [...rows.map((row) => toInstance(parent, row)), ...found];
  }

  async counters(no: number): Promise<Counters> {
    return (await this.#counters.get(no)) ?? { st: 0, cni: 0, cbs: 0 };
  }

  /** Subscriptions to a resource. */
  async subscriptionsOf(no: number): Promise<readonly Resource[]> {
    return ((await this.#attached.get(no)) ?? nothingAttached).subscriptions;
  }

  /** Schedules below a resource. */
  schedulesOf(no: number): readonly Resource[] | Promise<readonly Resource[]> {
    const attached = this.#attached.get(no);
    if (attached instanceof Promise) return attached.then((found) => (found ?? nothingAttached).schedules);
    return (attached ?? nothingAttached).schedules;
  }

  /** Numbers of resources that have, or had, a subscription that monitors operations (`om`). */
  monitored(): ReadonlySet<number> | Promise<ReadonlySet<number>> {
    const known = this.#monitored.get('om');
    if (known instanceof Promise) return known.then((found) => found ?? new Set());
    return known ?? new Set();
  }

  /** Another node has changed subscriptions. */
  monitorsChanged(): void {
    this.#monitored.invalidate('om');
  }

  /** Subscriptions below what is below a resource, with what they are subscribed to, that ask for an event type. */
  async subscriptionsBelow(resource: Resource, eventType: number, limit: number): Promise<[Resource, Resource][]> {
    const { rows } = await this.pool.query<ResourceRow>({
      name: 'subscriptions below',
      text: `${resourceSelect} WHERE r.path > $1 || '/' AND r.path < $1 || '0' AND r.ty = ${subscriptionType} AND r.depth > $2
        AND r.attributes->'enc'->'net' @> $3::jsonb ORDER BY r.depth DESC, r.no LIMIT $4`,
      values: [resource.path, resource.depth + 1, String(eventType), limit],
    });
    const found: [Resource, Resource][] = [];
    for (const subscription of rows.map(toResource)) {
      const parent = subscription.parentNo === null ? undefined : await this.byNumber(subscription.parentNo);
      if (parent !== undefined) found.push([parent, subscription]);
    }
    return found;
  }

  /** From the parent up to the CSEBase. */
  async ancestors(resource: Resource): Promise<Resource[]> {
    const found: Resource[] = [];
    for (let no = resource.parentNo; no !== null; ) {
      const hit = this.#resources.peek(no);
      const parent: Resource | undefined = hit ?? (await this.byNumber(no));
      if (parent === undefined) break;
      found.push(parent);
      no = parent.parentNo;
    }
    return found;
  }

  /** After a commit of this node: what was written is what is read next. */
  written(resource: Resource): void {
    this.#resources.set(resource.no, resource);
    this.#byPath.set(resource.path, resource);
    this.#byRi.set(resource.ri, resource);
    if (resource.ty === subscriptionType && resource.parentNo !== null && monitorsOperations(resource)) {
      const known = this.#monitored.peek('om');
      if (known === undefined) this.#monitored.invalidate('om');
      else known.add(resource.parentNo);
    }
  }

  countersWritten(no: number, counters: Counters): void {
    this.#counters.set(no, counters);
  }

  latestWritten(no: number, instance: Resource): void {
    this.#latest.set(no, instance);
  }

  latestChanged(no: number): void {
    this.#latest.invalidate(no);
  }

  invalidate({ containers, resources, subscribed, subtrees }: Stale): void {
    for (const no of containers) {
      this.#counters.invalidate(no);
      this.#latest.invalidate(no);
    }
    for (const no of resources) this.#forget(no);
    for (const no of subscribed) this.#attached.invalidate(no);
    for (const path of subtrees) this.#forgetSubtree(path);
  }

  invalidateAll(): void {
    for (const cache of [
      this.#resources,
      this.#counters,
      this.#latest,
      this.#attached,
      this.#byPath,
      this.#byRi,
      this.#monitored,
    ]) {
      cache.clear();
    }
  }

  #forget(no: number): void {
    const known = this.#resources.peek(no);
    if (known !== undefined) {
      this.#byPath.invalidate(known.path);
      this.#byRi.invalidate(known.ri);
    }
    this.#resources.invalidate(no);
  }

  #forgetSubtree(path: string): void {
    const below = `${path}/`;
    this.#resources.keepNoLoads();
    // Not every resource in memory was found by its path.
    for (const no of [...this.#resources.keys()]) {
      const known = this.#resources.peek(no)?.path ?? '';
      if (known !== path && !known.startsWith(below)) continue;
      this.#forget(no);
      this.#counters.invalidate(no);
      this.#latest.invalidate(no);
      this.#attached.invalidate(no);
    }
  }

  async #loadResource(column: string, value: string | number): Promise<Resource | undefined> {
    const { rows } = await this.pool.query<ResourceRow>({
      name: `resource by ${column}`,
      text: `${resourceSelect} WHERE ${column} = $1`,
      values: [value],
    });
    return rows[0] === undefined ? undefined : toResource(rows[0]);
  }

  async #loadCounters(no: number): Promise<Counters | undefined> {
    const { rows } = await this.pool.query<Counters>({
      name: 'counters',
      text: 'SELECT st, cni, cbs FROM cse.counter WHERE no = $1',
      values: [no],
    });
    return rows[0];
  }

  async #loadEnd(no: number, order: 'ASC' | 'DESC'): Promise<Resource | undefined> {
    const container = await this.byNumber(no);
    if (container === undefined) return undefined;
    const { rows } = await this.pool.query<InstanceRow>({
      name: `instance at the end ${order}`,
      text: `SELECT ${instanceColumns} FROM cse.instance
        WHERE no = $1 AND st > (SELECT evicted FROM cse.counter WHERE no = $1) ORDER BY st ${order} LIMIT 1`,
      values: [no],
    });
    return rows[0] === undefined ? undefined : toInstance(container, rows[0]);
  }

  async #loadAttached(parentNo: number): Promise<Attached> {
    const { rows } = await this.pool.query<ResourceRow>({
      name: 'attached',
      text: `${resourceSelect} WHERE r.parent_no = $1 AND r.ty IN (${subscriptionType}, ${scheduleType}) ORDER BY r.no`,
      values: [parentNo],
    });
    const attached = rows.map(toResource);
    return {
      subscriptions: attached.filter(({ ty }) => ty === subscriptionType),
      schedules: attached.filter(({ ty }) => ty === scheduleType),
    };
  }

  async #loadMonitored(): Promise<Set<number>> {
    const { rows } = await this.pool.query<{ parent_no: number }>(
      `SELECT DISTINCT parent_no FROM cse.resource WHERE ty = ${subscriptionType} AND attributes->'enc' ? 'om'`,
    );
    return new Set(rows.map(({ parent_no }) => parent_no));
  }

  async #oneInstance(
    container: Resource,
    name: string,
    where: string,
    values: (string | number)[],
  ): Promise<Resource | undefined> {
    const { rows } = await this.pool.query<InstanceRow>({
      name,
      text: `SELECT ${instanceColumns} FROM cse.instance WHERE ${where}`,
      values,
    });
    return rows[0] === undefined ? undefined : toInstance(container, rows[0]);
  }
}

const monitorsOperations = ({ attributes: { enc } }: Resource): boolean =>
  typeof enc === 'object' && enc !== null && !Array.isArray(enc) && enc.om !== undefined;
