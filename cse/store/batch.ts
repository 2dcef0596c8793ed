import type pg from 'pg';
import type { FeedAppend } from '#platform';
import { type Counters, holderTypes, holdsInstances, type Resource } from './resource.ts';
import { toInstance } from './store.ts';
import type {
  AppendInstance,
  CommittedChange,
  CreateResource,
  DeleteInstance,
  DeleteResource,
  Effects,
  Outcome,
  Outgoing,
  UpdateResource,
  Write,
} from './write.ts';

/** What one transaction did, to be made known once it is committed. */
export class BatchResult {
  readonly outcomes = new Map<Write, Outcome>();
  readonly changes: FeedAppend[] = [];
  readonly notifications: Outgoing[] = [];
  readonly committed: CommittedChange[] = [];
  readonly counters = new Map<number, Counters>();
  readonly latest = new Map<number, Resource>();
  /** Containers whose newest instance has to be looked up again. */
  readonly shortened = new Set<number>();
  readonly written: Resource[] = [];
  readonly subscribed = new Set<number>();
  readonly subtrees: string[] = [];
  /** Told once the instances are stored that came with them. */
  readonly deferred: (CreateResource | UpdateResource)[] = [];
  /** Whether notifications were written that did not pass through here. */
  toldInStore = false;

  take({ changes, notifications, committed }: Effects): void {
    if (committed !== undefined) this.committed.push(committed);
    for (const change of changes) this.changes.push(change);
    for (const notification of notifications) this.notifications.push(notification);
  }
}

const subscriptionType = 23;
const crossType = 48;
const groupType = 9;
/** Types that are kept with the resource they belong to. */
const attachedTypes: ReadonlySet<number> = new Set([18, subscriptionType]);
const timeSeriesType = 29;
/** Instances looked at per round when a byte limit has to be kept. */
const evictionLookahead = 1000;

/**
 * Carries out writes inside an open transaction with a few multi-row statements. The order among them is free: none of
 * their originators has an answer yet.
 */
export async function applyBatch(client: pg.ClientBase, writes: readonly Write[]): Promise<BatchResult> {
  const result = new BatchResult();
  const appends: AppendInstance[] = [];
  const creates: CreateResource[] = [];
  const updates: UpdateResource[] = [];
  const removals: (DeleteResource | DeleteInstance)[] = [];
  for (const write of writes) {
    if (write.kind === 'append') appends.push(write);
    else if (write.kind === 'create') creates.push(write);
    else if (write.kind === 'update') updates.push(write);
    else if (write.kind === 'tell') {
      result.outcomes.set(write, { done: true });
      result.take(write.effects());
    } else removals.push(write);
  }
  if (creates.length > 0) await create(client, creates, result);
  if (updates.length > 0) await update(client, updates, result);
  for (const { resource, instance } of result.deferred)
    if (instance !== undefined) appends.push({ kind: 'append', container: resource, ...instance });
  if (appends.length > 0) await append(client, appends, result);
  for (const write of result.deferred) result.take(write.effects(result.counters.get(write.resource.no)));
  for (const write of removals) {
    if (write.kind === 'delete') await deleteSubtree(client, write, result);
    else await deleteInstance(client, write, result);
  }
  return result;
}

async function create(client: pg.ClientBase, writes: readonly CreateResource[], result: BatchResult): Promise<void> {
  const resources = writes.map(({ resource }) => resource);
  const { rows } = await client.query<{ no: number }>({
    name: 'create',
    text: `WITH stored AS (
        INSERT INTO cse.resource (no, parent_no, ri, rn, ty, path, depth, creator, version, attributes)
        SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::smallint[], $6::text[],
                             $7::smallint[], $8::text[], $9::integer[], $10::jsonb[])
        ON CONFLICT DO NOTHING RETURNING no, ty),
      counted AS (INSERT INTO cse.counter (no, st, cni, cbs) SELECT no, 0, 0, 0 FROM stored WHERE ty IN (${holderTypes.join(', ')}))
      SELECT no FROM stored`,
    values: [
      resources.map(({ no }) => no),
      resources.map(({ parentNo }) => parentNo),
      resources.map(({ ri }) => ri),
      resources.map(({ rn }) => rn),
      resources.map(({ ty }) => ty),
      resources.map(({ path }) => path),
      resources.map(({ depth }) => depth),
      resources.map(({ creator }) => creator),
      resources.map(({ version }) => version),
      resources.map(({ attributes }) => JSON.stringify(attributes)),
    ],
  });
  const stored = new Set(rows.map(({ no }) => no));
  for (const write of writes) {
    const { resource } = write;
    if (!stored.has(resource.no)) {
      result.outcomes.set(write, { done: false, why: 'taken' });
      continue;
    }
    result.outcomes.set(write, { done: true, stored: resource });
    result.written.push(resource);
    if (holdsInstances(resource.ty)) result.counters.set(resource.no, { st: 0, cni: 0, cbs: 0 });
    if (attachedTypes.has(resource.ty) && resource.parentNo !== null) result.subscribed.add(resource.parentNo);
    if (write.instance === undefined) result.take(write.effects(result.counters.get(resource.no)));
    else result.deferred.push(write);
  }
}

async function update(client: pg.ClientBase, writes: readonly UpdateResource[], result: BatchResult): Promise<void> {
  const { rows } = await client.query<{ no: number; st: number | null; cni: number; cbs: number }>({
    name: 'update',
    text: `WITH changed AS (
        UPDATE cse.resource r SET attributes = given.attributes, version = given.version
        FROM unnest($1::bigint[], $2::integer[], $3::jsonb[]) AS given (no, version, attributes)
        WHERE r.no = given.no AND r.version = given.version - 1 RETURNING r.no),
      counted AS (UPDATE cse.counter c SET st = c.st + 1 FROM changed WHERE c.no = changed.no RETURNING c.no, c.st, c.cni, c.cbs)
      SELECT changed.no, counted.st, counted.cni, counted.cbs FROM changed LEFT JOIN counted ON counted.no = changed.no`,
    values: [
      writes.map(({ resource }) => resource.no),
      writes.map(({ resource }) => resource.version),
      writes.map(({ resource }) => JSON.stringify(resource.attributes)),
    ],
  });
  const changed = new Map(rows.map((row) => [row.no, row]));
  for (const write of writes) {
    const { resource } = write;
    const row = changed.get(resource.no);
    if (row === undefined) {
      result.outcomes.set(write, { done: false, why: 'stale' });
      continue;
    }
    if (row.st !== null) {
      result.counters.set(resource.no, { st: row.st, cni: row.cni, cbs: row.cbs });
      const limits = write.keep === undefined ? resource.attributes : { ...resource.attributes, mni: write.keep };
      await evict(client, [{ ...resource, attributes: limits }], result);
    }
    result.outcomes.set(write, { done: true, stored: resource });
    result.written.push(resource);
    if (attachedTypes.has(resource.ty) && resource.parentNo !== null) result.subscribed.add(resource.parentNo);
    if (write.instance === undefined) result.take(write.effects(result.counters.get(resource.no)));
    else result.deferred.push(write);
  }
}

async function append(client: pg.ClientBase, writes: readonly AppendInstance[], result: BatchResult): Promise<void> {
  const named = writes.some(({ rn }) => rn !== null) ? await withoutTakenNames(client, writes, result) : writes;
  const accepted = named.some(({ dgt }) => dgt !== undefined) ? await withoutKnownTimes(client, named, result) : named;
  if (accepted.length === 0) return;
  const groups = new Map<number, { container: Resource; count: number; bytes: number }>();
  const places: number[] = [];
  for (const { container, cs } of accepted) {
    const group = groups.get(container.no);
    if (group === undefined) groups.set(container.no, { container, count: 1, bytes: cs });
    else {
      group.count += 1;
      group.bytes += cs;
    }
    places.push(groups.get(container.no)?.count ?? 1);
  }
  const grouped = [...groups.values()];
  // Counter rows are locked in one order everywhere, so that batches of several nodes cannot block each other for good.
  const { rows } = await client.query<{ no: number; base: number; cni: number; cbs: number }>({
    name: 'append',
    text: `WITH locked AS MATERIALIZED (SELECT no FROM cse.counter WHERE no = ANY ($1::bigint[]) ORDER BY no FOR UPDATE),
      counted AS (
        UPDATE cse.counter c SET st = c.st + given.count, cni = c.cni + given.count, cbs = c.cbs + given.bytes
        FROM unnest($1::bigint[], $2::integer[], $3::bigint[]) AS given (no, count, bytes) JOIN locked USING (no)
        WHERE c.no = given.no RETURNING c.no, c.st - given.count AS base, c.cni, c.cbs),
      stored AS (
        INSERT INTO cse.instance (no, st, rn, ct, et, cs, lbl, body, dgt)
        SELECT i.no, counted.base + i.place, i.rn, i.ct, i.et, i.cs,
               CASE WHEN i.lbl IS NULL THEN NULL ELSE ARRAY (SELECT json_array_elements_text(i.lbl)) END, i.body, i.dgt
        FROM unnest($4::bigint[], $5::integer[], $6::text[], $7::text[], $8::text[], $9::integer[], $10::json[], $11::text[],
                    $12::text[]) AS i (no, place, rn, ct, et, cs, lbl, body, dgt) JOIN counted USING (no))
      SELECT no, base, cni, cbs FROM counted`,
    values: [
      grouped.map(({ container }) => container.no),
      grouped.map(({ count }) => count),
      grouped.map(({ bytes }) => bytes),
      accepted.map(({ container }) => container.no),
      places,
      accepted.map(({ rn }) => rn),
      accepted.map(({ ct }) => ct),
      accepted.map(({ et }) => et),
      accepted.map(({ cs }) => cs),
      accepted.map(({ lbl }) => (lbl === null ? null : JSON.stringify(lbl))),
      accepted.map(({ body }) => body),
      accepted.map(({ dgt }) => dgt ?? null),
    ],
  });
  const counted = new Map(rows.map((row) => [row.no, row]));
  for (const [no, { base, cni, cbs }] of counted) {
    result.counters.set(no, { st: base + (groups.get(no)?.count ?? 0), cni, cbs });
  }
  accepted.forEach((write, index) => {
    const { container } = write;
    const base = counted.get(container.no)?.base;
    if (base === undefined) {
      result.outcomes.set(write, { done: false, why: 'gone' });
      return;
    }
    const { rn, ct, et, cs, body } = write;
    const stored = toInstance(container, { no: container.no, st: base + (places[index] ?? 1), rn, ct, et, cs, body });
    result.outcomes.set(write, { done: true, stored });
    result.latest.set(container.no, stored);
    result.take(write.effects(stored));
  });
  await evict(
    client,
    grouped.map(({ container }) => container),
    result,
  );
}

/** Refuses names that an instance of the container, or an earlier write of this batch, has already. */
async function withoutTakenNames(
  client: pg.ClientBase,
  writes: readonly AppendInstance[],
  result: BatchResult,
): Promise<AppendInstance[]> {
  const named = writes.filter(({ rn }) => rn !== null);
  await lockContainers(client, writes);
  const { rows } = await client.query<{ no: number; rn: string }>({
    name: 'taken names',
    text: `SELECT no, rn FROM cse.instance JOIN unnest($1::bigint[], $2::text[]) AS given (no, rn) USING (no, rn)
      UNION ALL SELECT parent_no, r.rn FROM cse.resource r JOIN unnest($1::bigint[], $2::text[]) AS given (no, rn)
        ON r.parent_no = given.no AND r.rn = given.rn`,
    values: [named.map(({ container }) => container.no), named.map(({ rn }) => rn)],
  });
  const taken = new Set(rows.map(({ no, rn }) => `${no}/${rn}`));
  return writes.filter((write) => {
    if (write.rn === null) return true;
    const name = `${write.container.no}/${write.rn}`;
    if (taken.has(name)) {
      result.outcomes.set(write, { done: false, why: 'taken' });
      return false;
    }
    taken.add(name);
    return true;
  });
}

/** Refuses data generated at a moment for which an instance of the timeSeries, or an earlier write of this batch, stands. */
async function withoutKnownTimes(
  client: pg.ClientBase,
  writes: readonly AppendInstance[],
  result: BatchResult,
): Promise<AppendInstance[]> {
  const timed = writes.filter(({ dgt }) => dgt !== undefined);
  const [, { rows }] = await Promise.all([
    lockContainers(client, writes),
    client.query<{ no: number; dgt: string }>({
      name: 'known times',
      text: `SELECT no, dgt FROM cse.instance JOIN unnest($1::bigint[], $2::text[]) AS given (no, dgt) USING (no, dgt)`,
      values: [timed.map(({ container }) => container.no), timed.map(({ dgt }) => dgt)],
    }),
  ]);
  const known = new Set(rows.map(({ no, dgt }) => `${no}/${dgt}`));
  return writes.filter((write) => {
    if (write.dgt === undefined) return true;
    const time = `${write.container.no}/${write.dgt}`;
    if (known.has(time)) {
      result.outcomes.set(write, { done: false, why: 'known' });
      return false;
    }
    known.add(time);
    return true;
  });
}

/** Locking the containers first keeps what is found free after it free until the commit. */
const lockContainers = (client: pg.ClientBase, writes: readonly AppendInstance[]): Promise<unknown> =>
  client.query({
    name: 'lock containers',
    text: 'SELECT FROM cse.counter WHERE no = ANY ($1::bigint[]) ORDER BY no FOR UPDATE',
    values: [[...new Set(writes.map(({ container }) => container.no))]],
  });

const limit = (container: Resource, name: 'mni' | 'mbs'): number => {
  const value = container.attributes[name];
  return typeof value === 'number' ? value : Number.POSITIVE_INFINITY;
};

/**
 * Removes the oldest instances of containers that are above `mni` or `mbs`, without notifying anyone (TS-0004 §7.4.7.2.1);
 * those of a timeSeries by their data generation time (TS-0001 §10.2.4.25).
 */
async function evict(client: pg.ClientBase, containers: readonly Resource[], result: BatchResult): Promise<void> {
  const ofTimeSeries = containers.filter(({ ty }) => ty === timeSeriesType);
  const others = ofTimeSeries.length === 0 ? containers : containers.filter(({ ty }) => ty !== timeSeriesType);
  if (others.length > 0) await evictInOrder(client, others, result, evictFirstCreated);
  if (ofTimeSeries.length > 0) await evictInOrder(client, ofTimeSeries, result, evictFirstGenerated);
}

async function evictInOrder(
  client: pg.ClientBase,
  containers: readonly Resource[],
  result: BatchResult,
  statement: { readonly name: string; readonly text: string },
): Promise<void> {
  for (;;) {
    const over = containers.flatMap((container) => {
      const counters = result.counters.get(container.no);
      if (counters === undefined) return [];
      const surplus = Math.max(0, counters.cni - limit(container, 'mni'));
      const bytes = Math.max(0, counters.cbs - limit(container, 'mbs'));
      return surplus > 0 || bytes > 0 ? [{ no: container.no, surplus, bytes }] : [];
    });
    if (over.length === 0) return;
    const { rows } = await client.query<Counters & { no: number; last: number }>({
      ...statement,
      values: [
        over.map(({ no }) => no),
        over.map(({ surplus }) => surplus),
        over.map(({ bytes }) => bytes),
        over.map(({ surplus, bytes }) => surplus + (bytes > 0 ? evictionLookahead : 0)),
      ],
    });
    if (rows.length === 0) return;
    for (const { no, st, cni, cbs, last } of rows) {
      result.counters.set(no, { st, cni, cbs });
      if (cni === 0 || result.latest.get(no)?.st === last) {
        result.latest.delete(no);
        result.shortened.add(no);
      }
    }
  }
}

/** @param order column that says which instance is older; @param alive which instances to look at */
const evictSql = (order: string, alive: string, mark: string): string =>
  `WITH doomed AS MATERIALIZED (
      SELECT o.no, d.st FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) AS o (no, surplus, bytes, look)
      JOIN cse.counter c USING (no)
      CROSS JOIN LATERAL (
        SELECT w.st, row_number() OVER (ORDER BY w.${order}) AS place, sum(w.cs) OVER (ORDER BY w.${order}) - w.cs AS freed
        FROM (SELECT i.st, i.dgt, i.cs FROM cse.instance i WHERE i.no = o.no AND ${alive} ORDER BY i.${order} LIMIT o.look) AS w
      ) AS d
      WHERE d.place <= o.surplus OR d.freed < o.bytes),
    gone AS (DELETE FROM cse.instance i USING doomed d WHERE i.no = d.no AND i.st = d.st RETURNING i.no, i.st, i.cs),
    freed AS (SELECT no, count(*) AS count, sum(cs) AS bytes, max(st) AS last FROM gone GROUP BY no)
    UPDATE cse.counter c SET cni = c.cni - freed.count, cbs = c.cbs - freed.bytes${mark}
    FROM freed WHERE c.no = freed.no RETURNING c.no, c.st, c.cni, c.cbs, freed.last`;

const evictFirstCreated = { name: 'evict', text: evictSql('st', 'i.st > c.evicted', ', evicted = freed.last') };
const evictFirstGenerated = { name: 'evict first generated', text: evictSql('dgt', 'i.dgt IS NOT NULL', '') };

async function deleteInstance(client: pg.ClientBase, write: DeleteInstance, result: BatchResult): Promise<void> {
  const { container, instance } = write;
  const { rows } = await client.query<Counters>({
    name: 'delete instance',
    text: `WITH locked AS MATERIALIZED (SELECT no FROM cse.counter WHERE no = $1 FOR UPDATE),
      gone AS (DELETE FROM cse.instance i USING locked WHERE i.no = locked.no AND i.st = $2 RETURNING i.cs)
      UPDATE cse.counter c SET cni = c.cni - 1, cbs = c.cbs - gone.cs FROM gone WHERE c.no = $1 RETURNING c.st, c.cni, c.cbs`,
    values: [container.no, instance.st],
  });
  const counters = rows[0];
  if (counters === undefined) {
    result.outcomes.set(write, { done: false, why: 'gone' });
    return;
  }
  result.counters.set(container.no, counters);
  result.latest.delete(container.no);
  result.shortened.add(container.no);
  result.outcomes.set(write, { done: true });
  result.take(write.effects());
}

/**
 * Deletes a resource and all below it in one statement, without bringing any of it here: instances are left to the sweep,
 * which a deleted container hides at once; subscribers that asked for it (`su`) are told.
 */
async function deleteSubtree(client: pg.ClientBase, write: DeleteResource, result: BatchResult): Promise<void> {
  const { path, no, parentNo } = write.resource;
  const { rows } = await client.query<{ gone: number; told: number }>({
    name: 'delete subtree',
    text: `WITH gone AS (
        DELETE FROM cse.resource WHERE path = $1 OR (path > $1 || '/' AND path < $1 || '0') RETURNING no, ty, ri, creator, attributes),
      uncounted AS (DELETE FROM cse.counter c USING gone WHERE c.no = gone.no),
      left_over AS (INSERT INTO cse.garbage (no) SELECT no FROM gone WHERE ty IN (${holderTypes.join(', ')})),
      undelivered AS (DELETE FROM cse.notification n USING gone
        WHERE gone.ty IN (${subscriptionType}, ${crossType}, ${groupType}) AND n.subscription = gone.no),
      unforwarded AS (DELETE FROM cse.group_forwarding f USING gone WHERE gone.ty = ${groupType} AND f.no = gone.no),
      told AS (
        INSERT INTO cse.notification (subscription, target, body)
        SELECT no, target, json_build_object('m2m:sgn', json_build_object('sud', true, 'sur', $2 || '/' || ri))::text
        FROM (
          SELECT no, ri, attributes->>'su' AS target FROM gone WHERE ty IN (${subscriptionType}, ${crossType}) AND attributes ? 'su'
          UNION ALL SELECT no, ri, jsonb_array_elements_text(attributes->'acrs') FROM gone
            WHERE ty = ${subscriptionType} AND attributes ? 'acrs') AS ended
        RETURNING id),
      unwatched AS (DELETE FROM cse.cross_window w USING gone WHERE gone.ty = ${crossType} AND w.no = gone.no),
      leaving AS (
        INSERT INTO cse.cross_leaving (no, ri, creator, attributes)
        SELECT no, ri, creator, attributes FROM gone WHERE ty = ${crossType})
      SELECT (SELECT count(*) FROM gone) AS gone, (SELECT count(*) FROM told) AS told`,
    values: [path, write.cseId],
  });
  if (rows[0] === undefined || rows[0].gone === 0) {
    result.outcomes.set(write, { done: false, why: 'gone' });
    return;
  }
  result.toldInStore ||= rows[0].told > 0;
  result.outcomes.set(write, { done: true });
  result.subtrees.push(path);
  result.subscribed.add(no);
  if (parentNo !== null) result.subscribed.add(parentNo);
  result.take(write.effects());
}
