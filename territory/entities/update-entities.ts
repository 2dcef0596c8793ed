import { storeObservations } from '../observations/store-observations.ts';
import type { Entity, Update, UpdateResult } from '../types.ts';
import type { WriteTransaction } from '../writer.ts';
import { boundsOf } from './bounds.ts';
import {
  type Attributes,
  communeOf,
  type EntityRow,
  entityColumns,
  geometryOf,
  numberOf,
  readEntityRows,
  textOf,
  toEntity,
} from './entity-row.ts';
import { merge, type ObservationSet, observationsIn } from './merge.ts';
import { searchText } from './search-text.ts';

interface Pending {
  readonly id: string;
  readonly type: string;
  readonly row: EntityRow | undefined;
  attributes: Attributes;
  isChanged: boolean;
}

/** What an accepted batch did. */
export interface UpdateOutcome {
  readonly results: readonly UpdateResult[];
  /** Entities whose state, or the time they were last heard, changed. */
  readonly changed: readonly Entity[];
  /** Ids of the entities that brought a new observation. */
  readonly heard: ReadonlySet<string>;
}

/**
 * Stores a batch of valid updates: current values, history, times of reception. Four statements, whatever the size.
 * Commands, alerts and quarantine that the batch settles are the caller's.
 */
export async function updateEntities(
  transaction: WriteTransaction,
  updates: readonly Update[],
): Promise<UpdateOutcome> {
  const { client, now } = transaction;
  const pending = await currentStates(transaction, updates);
  const touched = updates.map((update) => {
    const entity = pendingOf(pending, update.entity.id);
    const attributes = merge(entity.attributes, update);
    const isChanged = attributes !== entity.attributes;
    entity.attributes = attributes;
    entity.isChanged ||= isChanged;
    return { update, isChanged, sets: observationsIn(update) };
  });
  const rows = await insertMissing(transaction, [...pending.values()]);
  const keys = new Map([...rows.values()].map(({ id, key }) => [id, key]));
  const news = await storeObservations(
    client,
    touched.flatMap(({ sets }) => sets),
    keys,
    now,
  );
  const heard = new Set(Array.from(news, ({ entity }) => entity));
  const changed = await writeStates(
    transaction,
    [...pending.values()].filter(({ id, isChanged }) => isChanged || heard.has(id)),
    heard,
    rows,
  );
  return {
    results: touched.map(({ isChanged, sets }) => ({ status: isNew(isChanged, sets, news) ? 'stored' : 'duplicate' })),
    changed,
    heard,
  };
}

const isNew = (isChanged: boolean, sets: readonly ObservationSet[], news: ReadonlySet<ObservationSet>): boolean =>
  isChanged || sets.some((set) => news.has(set));

async function currentStates({ client }: WriteTransaction, updates: readonly Update[]): Promise<Map<string, Pending>> {
  const ids = [...new Set(updates.map(({ entity }) => entity.id))];
  const rows = new Map((await readEntityRows(client, ids)).map((row) => [row.id, row]));
  const pending = new Map<string, Pending>();
  for (const { entity } of updates) {
    if (pending.has(entity.id)) continue;
    const row = rows.get(entity.id);
    pending.set(entity.id, {
      id: entity.id,
      type: entity.type,
      row,
      attributes: row?.attributes ?? {},
      isChanged: false,
    });
  }
  return pending;
}

function pendingOf(pending: ReadonlyMap<string, Pending>, id: string): Pending {
  const entity = pending.get(id);
  if (entity === undefined) throw new Error(`${id} was not read`);
  return entity;
}

/** Gives a row, and with it a key for its observations, to each entity that is new. */
async function insertMissing(
  transaction: WriteTransaction,
  pending: readonly Pending[],
): Promise<Map<string, EntityRow>> {
  const rows = new Map(pending.flatMap(({ id, row }) => (row === undefined ? [] : [[id, row] as const])));
  const missing = pending.filter(({ row }) => row === undefined);
  if (missing.length === 0) return rows;
  const inserted = await transaction.client.query<EntityRow>({
    name: 'territory insert entities',
    text: `INSERT INTO territory.entity (id, type, attributes, search, seq, created_at, updated_at)
      SELECT id, type, '{}', '', seq, $4, $4
      FROM unnest($1::text[], $2::text[], $3::bigint[]) AS given (id, type, seq) RETURNING ${entityColumns}`,
    values: [
      missing.map(({ id }) => id),
      missing.map(({ type }) => type),
      missing.map(() => transaction.nextSeq()),
      transaction.now,
    ],
  });
  for (const row of inserted.rows) rows.set(row.id, row);
  return rows;
}

async function writeStates(
  { client, now, nextSeq }: WriteTransaction,
  pending: readonly Pending[],
  heard: ReadonlySet<string>,
  rows: ReadonlyMap<string, EntityRow>,
): Promise<Entity[]> {
  if (pending.length === 0) return [];
  const states = pending.map(({ id, type, attributes }) => ({
    id,
    type,
    attributes,
    seq: nextSeq(),
    heardAt: heard.has(id) ? now : (rows.get(id)?.heard_at ?? null),
    commune: communeOf(attributes) ?? null,
  }));
  await client.query({
    name: 'territory write entities',
    text: `UPDATE territory.entity AS entity
      SET attributes = given.attributes::jsonb, commune = given.commune, bounds = given.bounds::box,
        search = given.search, reporting_interval = given.reporting_interval, seq = given.seq,
        heard_at = given.heard_at, updated_at = $9
      FROM unnest($1::integer[], $2::text[], $3::text[], $4::text[], $5::text[], $6::double precision[], $7::bigint[],
        $8::timestamptz[]) AS given (key, attributes, commune, bounds, search, reporting_interval, seq, heard_at)
      WHERE entity.key = given.key`,
    values: [
      states.map(({ id }) => rows.get(id)?.key),
      states.map(({ attributes }) => JSON.stringify(attributes)),
      states.map(({ commune }) => commune),
      states.map(({ attributes }) => boundsOf(geometryOf(attributes))),
      states.map(({ id, attributes, commune }) => searchText([id, textOf(attributes.name), commune].join(' '))),
      states.map(({ attributes }) => numberOf(attributes.reportingInterval) ?? null),
      states.map(({ seq }) => seq),
      states.map(({ heardAt }) => heardAt),
      now,
    ],
  });
  return states.map(({ id, type, attributes, seq, heardAt }) =>
    toEntity({
      key: 0,
      id,
      type,
      attributes,
      seq,
      created_at: rows.get(id)?.created_at ?? now,
      updated_at: now,
      heard_at: heardAt,
    }),
  );
}
