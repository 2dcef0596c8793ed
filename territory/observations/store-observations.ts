import type pg from 'pg';
import type { ObservationSet } from '../entities/merge.ts';

/**
 * Stores observations. One that is known already, value for value, is a duplicate; one that says something else about the
 * same entity, time and message is a correction (a mended mapping) and replaces.
 *
 * @param keys row keys of the entities by id
 * @returns the sets that were new or corrected something
 */
export async function storeObservations(
  client: pg.ClientBase,
  sets: readonly ObservationSet[],
  keys: ReadonlyMap<string, number>,
  now: Date,
): Promise<ReadonlySet<ObservationSet>> {
  const byPlace = new Map<
    string,
    { set: ObservationSet; key: number; fields: Record<string, unknown>; from: ObservationSet[] }
  >();
  for (const set of sets) {
    const key = keys.get(set.entity);
    if (key === undefined) throw new Error(`no row key for ${set.entity}`);
    const place = placeOf(key, set.observedAt, set.origin);
    const known = byPlace.get(place);
    if (known === undefined) {
      byPlace.set(place, { set, key, fields: { ...set.fields }, from: [set] });
    } else if (Object.entries(set.fields).some(([name, value]) => known.fields[name] !== value)) {
      Object.assign(known.fields, set.fields);
      known.from.push(set);
    }
  }
  if (byPlace.size === 0) return new Set();
  const rows = [...byPlace.values()];
  const stored = await client.query<{ entity: number; observed_at: Date; origin: string }>({
    name: 'territory store observations',
    text: `INSERT INTO territory.observation AS known (entity, observed_at, origin, mapping, fields, received_at)
      SELECT entity, observed_at, origin, mapping, fields::jsonb, $6
      FROM unnest($1::integer[], $2::timestamptz[], $3::text[], $4::text[], $5::text[])
        AS given (entity, observed_at, origin, mapping, fields)
      ON CONFLICT (entity, observed_at, origin) DO UPDATE
        SET fields = known.fields || excluded.fields, mapping = excluded.mapping, received_at = excluded.received_at
        WHERE NOT known.fields @> excluded.fields
      RETURNING entity, observed_at, origin`,
    values: [
      rows.map(({ key }) => key),
      rows.map(({ set }) => set.observedAt),
      rows.map(({ set }) => set.origin),
      rows.map(({ set }) => set.mapping),
      rows.map(({ fields }) => JSON.stringify(fields)),
      now,
    ],
  });
  const news = new Set<ObservationSet>();
  for (const { entity, observed_at, origin } of stored.rows) {
    for (const set of byPlace.get(placeOf(entity, observed_at.toISOString(), origin))?.from ?? []) news.add(set);
  }
  return news;
}

const placeOf = (key: number, observedAt: string, origin: string): string => `${key} ${observedAt} ${origin}`;
