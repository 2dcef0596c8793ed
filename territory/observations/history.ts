import type pg from 'pg';
import { typeOf } from '#ontologies';
import { Refusal } from '#platform';
import { readEntityRows } from '../entities/entity-row.ts';
import type { History, HistoryPoint, HistoryQuery, JsonValue } from '../types.ts';

const pointsMax = 5000;
const pointsDefault = 500;
const dayMs = 24 * 3600_000;

/**
 * One property over time: every observation while there are at most `maxPoints`, else the mean, minimum and maximum (or
 * the last value, when it is not a number) of equal time buckets.
 *
 * @throws Refusal 404 unknown entity, 422 a property its type does not observe, 400 times out of order
 */
export async function readHistory(pool: pg.Pool, query: HistoryQuery, now: Date): Promise<History> {
  const { from, to, points: maxPoints } = readRange(query, now);
  const [entity] = await readEntityRows(pool, [query.entity]);
  if (entity === undefined)
    throw new Refusal(404, 'unknown-entity', `there is no entity ${query.entity.slice(0, 256)}`);
  const properties = typeOf(entity.type)?.properties ?? {};
  const declared = Object.hasOwn(properties, query.property) ? properties[query.property] : undefined;
  if (declared?.observed !== true) {
    const observed = Object.keys(properties).filter((name) => properties[name]?.observed);
    throw new Refusal(
      422,
      'unknown-property',
      `${query.property.slice(0, 64)} of ${entity.type} has no history; these have: ${observed.join(', ')}`,
    );
  }
  const range = { key: entity.key, property: query.property, from, to };
  const raw = await everyValue(pool, range, maxPoints + 1);
  const isGrouped = raw.length > maxPoints;
  const bucketSeconds = isGrouped ? Math.max(1, Math.ceil((to.getTime() - from.getTime()) / 1000 / maxPoints)) : null;
  const isNumber =
    'type' in declared.schema && (declared.schema.type === 'number' || declared.schema.type === 'integer');
  const points = bucketSeconds === null ? raw : await (isNumber ? meanValues : lastValues)(pool, range, bucketSeconds);
  return {
    entity: query.entity,
    property: query.property,
    ...(declared.unitCode === undefined ? {} : { unitCode: declared.unitCode }),
    from: from.toISOString(),
    to: to.toISOString(),
    bucketSeconds,
    points,
  };
}

interface Range {
  readonly key: number;
  readonly property: string;
  readonly from: Date;
  readonly to: Date;
}

function readRange(query: HistoryQuery, now: Date): { from: Date; to: Date; points: number } {
  const to = query.to === undefined ? now : new Date(query.to);
  const from = query.from === undefined ? new Date(to.getTime() - dayMs) : new Date(query.from);
  for (const [name, time] of Object.entries({ from, to })) {
    if (Number.isNaN(time.getTime())) throw new Refusal(400, `bad-${name}`, `${name}: an ISO 8601 time is expected`);
  }
  if (from >= to) throw new Refusal(400, 'bad-from', 'from: a time before "to" is expected');
  return { from, to, points: Math.min(query.maxPoints ?? pointsDefault, pointsMax) };
}

async function everyValue(pool: pg.Pool, { key, property, from, to }: Range, limit: number): Promise<HistoryPoint[]> {
  const { rows } = await pool.query<{ at: Date; value: JsonValue }>(
    `SELECT observed_at AS at, fields->$2 AS value FROM territory.observation
     WHERE entity = $1 AND observed_at >= $3 AND observed_at < $4 AND fields ? $2
     ORDER BY observed_at, origin LIMIT $5`,
    [key, property, from, to, limit],
  );
  return rows.map(({ at, value }) => ({ at: at.toISOString(), value }));
}

async function meanValues(pool: pg.Pool, range: Range, bucketSeconds: number): Promise<HistoryPoint[]> {
  const { key, property, from, to } = range;
  const { rows } = await pool.query<{ at: Date; mean: number; min: number; max: number; count: number }>(
    `SELECT date_bin(make_interval(secs => $5), observed_at, $3) AS at, avg(value) AS mean, min(value), max(value), count(*)
     FROM (SELECT observed_at, (fields->>$2)::double precision AS value FROM territory.observation
       WHERE entity = $1 AND observed_at >= $3::timestamptz AND observed_at < $4 AND jsonb_typeof(fields->$2) = 'number'
     ) AS observed GROUP BY 1 ORDER BY 1`,
    [key, property, from, to, bucketSeconds],
  );
  return rows.map(({ at, mean, min, max, count }) => ({ at: at.toISOString(), value: mean, min, max, count }));
}

async function lastValues(pool: pg.Pool, range: Range, bucketSeconds: number): Promise<HistoryPoint[]> {
  const { key, property, from, to } = range;
  const { rows } = await pool.query<{ at: Date; value: JsonValue; count: number }>(
    `SELECT bucket AS at, (array_agg(value ORDER BY observed_at DESC))[1] AS value, count(*)
     FROM (SELECT date_bin(make_interval(secs => $5), observed_at, $3) AS bucket, observed_at, fields->$2 AS value
       FROM territory.observation
       WHERE entity = $1 AND observed_at >= $3::timestamptz AND observed_at < $4 AND fields ? $2
     ) AS observed GROUP BY 1 ORDER BY 1`,
    [key, property, from, to, bucketSeconds],
  );
  return rows.map(({ at, value, count }) => ({ at: at.toISOString(), value, count }));
}
