import type pg from 'pg';
import type { BatchResult } from './batch-result.ts';
import type { Counters, Resource } from './resource.ts';

const timeSeriesType = 29;
/** Instances looked at per round when a byte limit has to be kept. */
const lookahead = 1000;

const limit = (container: Resource, name: 'mni' | 'mbs'): number => {
  const value = container.attributes[name];
  return typeof value === 'number' ? value : Number.POSITIVE_INFINITY;
};

/**
 * Removes the oldest instances of containers that are above `mni` or `mbs`, without notifying anyone (TS-0004 §7.4.7.2.1);
 * those of a timeSeries by their data generation time (TS-0001 §10.2.4.25).
 */
export async function evict(
  client: pg.ClientBase,
  containers: readonly Resource[],
  result: BatchResult,
): Promise<void> {
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
        over.map(({ surplus, bytes }) => surplus + (bytes > 0 ? lookahead : 0)),
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
