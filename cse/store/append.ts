import type pg from 'pg';
import type { BatchResult } from './batch-result.ts';
import { evict } from './eviction.ts';
import type { Resource } from './resource.ts';
import { toInstance } from './store.ts';
import type { AppendInstance } from './write.ts';

/** Stores instances, counts them, and removes what is above the limits of their containers. */
export async function append(
  client: pg.ClientBase,
  writes: readonly AppendInstance[],
  result: BatchResult,
): Promise<void> {
  const accepted = writes.some(({ rn }) => rn !== null) ? await withoutTakenNames(client, writes, result) : writes;
  const timed = accepted.filter(({ dgt }) => dgt !== undefined);
  const others = timed.length === 0 ? accepted : accepted.filter(({ dgt }) => dgt === undefined);
  if (others.length > 0) await appendTo(client, others, result, plainly);
  if (timed.length > 0) await appendTo(client, timed, result, oncePerTime);
}

interface Counted {
  readonly no: number;
  /** State tag before; places count from there. */
  readonly base: number;
  readonly cni: number;
  readonly cbs: number;
  /** State tags of what was stored; undefined: everything was. */
  readonly stored?: readonly number[] | null;
}

async function appendTo(
  client: pg.ClientBase,
  writes: readonly AppendInstance[],
  result: BatchResult,
  statement: { readonly name: string; readonly text: string },
): Promise<void> {
  const groups = new Map<number, { container: Resource; count: number; bytes: number }>();
  const places: number[] = [];
  for (const { container, cs } of writes) {
    const group = groups.get(container.no);
    if (group === undefined) groups.set(container.no, { container, count: 1, bytes: cs });
    else {
      group.count += 1;
      group.bytes += cs;
    }
    places.push(groups.get(container.no)?.count ?? 1);
  }
  const grouped = [...groups.values()];
  const { rows } = await client.query<Counted>({
    ...statement,
    values: [
      grouped.map(({ container }) => container.no),
      grouped.map(({ count }) => count),
      grouped.map(({ bytes }) => bytes),
      writes.map(({ container }) => container.no),
      places,
      writes.map(({ rn }) => rn),
      writes.map(({ ct }) => ct),
      writes.map(({ et }) => et),
      writes.map(({ cs }) => cs),
      writes.map(({ lbl }) => (lbl === null ? null : JSON.stringify(lbl))),
      writes.map(({ body }) => body),
      ...(statement === oncePerTime ? [writes.map(({ dgt }) => dgt ?? null)] : []),
    ],
  });
  const counted = new Map(rows.map((row) => [row.no, row]));
  for (const [no, { base, cni, cbs }] of counted) {
    result.counters.set(no, { st: base + (groups.get(no)?.count ?? 0), cni, cbs });
  }
  writes.forEach((write, index) => {
    const { container, rn, ct, et, cs, body } = write;
    const row = counted.get(container.no);
    if (row === undefined) {
      result.outcomes.set(write, { done: false, why: 'gone' });
      return;
    }
    const st = row.base + (places[index] ?? 1);
    if (row.stored !== undefined && row.stored?.includes(st) !== true) {
      result.outcomes.set(write, { done: false, why: 'known' });
      return;
    }
    const stored = toInstance(container, { no: container.no, st, rn, ct, et, cs, body });
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

/** Counter rows are locked in one order everywhere, so that batches of several nodes cannot block each other for good. */
const locked = 'SELECT no, st FROM cse.counter WHERE no = ANY ($1::bigint[]) ORDER BY no FOR UPDATE';
const given = 'unnest($1::bigint[], $2::integer[], $3::bigint[]) AS given (no, count, bytes)';
const labels = 'CASE WHEN i.lbl IS NULL THEN NULL ELSE ARRAY (SELECT json_array_elements_text(i.lbl)) END';
const columns =
  '$4::bigint[], $5::integer[], $6::text[], $7::text[], $8::text[], $9::integer[], $10::json[], $11::text[]';

const plainly = {
  name: 'append',
  text: `WITH locked AS MATERIALIZED (${locked}),
    counted AS (
      UPDATE cse.counter c SET st = c.st + given.count, cni = c.cni + given.count, cbs = c.cbs + given.bytes
      FROM ${given} JOIN locked USING (no)
      WHERE c.no = given.no RETURNING c.no, c.st - given.count AS base, c.cni, c.cbs),
    stored AS (
      INSERT INTO cse.instance (no, st, rn, ct, et, cs, lbl, body)
      SELECT i.no, counted.base + i.place, i.rn, i.ct, i.et, i.cs, ${labels}, i.body
      FROM unnest(${columns}) AS i (no, place, rn, ct, et, cs, lbl, body) JOIN counted USING (no))
    SELECT no, base, cni, cbs FROM counted`,
};

/** Instances of timeSeries: one for each data generation time, as the index over them has it; what is not stored is not counted. */
const oncePerTime = {
  name: 'append once per time',
  text: `WITH locked AS MATERIALIZED (${locked}),
    stored AS (
      INSERT INTO cse.instance (no, st, rn, ct, et, cs, lbl, body, dgt)
      SELECT i.no, locked.st + i.place, i.rn, i.ct, i.et, i.cs, ${labels}, i.body, i.dgt
      FROM unnest(${columns}, $12::text[]) AS i (no, place, rn, ct, et, cs, lbl, body, dgt) JOIN locked USING (no)
      ON CONFLICT (no, dgt) WHERE dgt IS NOT NULL DO NOTHING RETURNING no, st, cs),
    tally AS (SELECT no, count(*) AS count, sum(cs) AS bytes, json_agg(st) AS tags FROM stored GROUP BY no),
    counted AS (
      UPDATE cse.counter c SET st = c.st + given.count, cni = c.cni + COALESCE(tally.count, 0),
        cbs = c.cbs + COALESCE(tally.bytes, 0)
      FROM ${given} JOIN locked USING (no) LEFT JOIN tally USING (no)
      WHERE c.no = given.no RETURNING c.no, c.st - given.count AS base, c.cni, c.cbs, tally.tags AS stored)
    SELECT no, base, cni, cbs, stored FROM counted`,
};

/** Refuses names that an instance of the container, or an earlier write of this batch, has already. */
async function withoutTakenNames(
  client: pg.ClientBase,
  writes: readonly AppendInstance[],
  result: BatchResult,
): Promise<AppendInstance[]> {
  const named = writes.filter(({ rn }) => rn !== null);
  // Locking the containers first keeps a name found free here free until the commit.
  await client.query({
    name: 'lock containers',
    text: 'SELECT FROM cse.counter WHERE no = ANY ($1::bigint[]) ORDER BY no FOR UPDATE',
    values: [[...new Set(writes.map(({ container }) => container.no))]],
  });
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
