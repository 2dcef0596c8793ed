import type pg from 'pg';
import { append } from './append.ts';
import { BatchResult } from './batch-result.ts';
import { evict } from './eviction.ts';
import { type Counters, holderTypes, holdsInstances } from './resource.ts';
import type { AppendInstance, CreateResource, DeleteInstance, DeleteResource, UpdateResource, Write } from './write.ts';

const subscriptionType = 23;
const crossType = 48;
const groupType = 9;
/** Types that are kept with the resource they belong to. */
const attachedTypes: ReadonlySet<number> = new Set([18, subscriptionType]);

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
