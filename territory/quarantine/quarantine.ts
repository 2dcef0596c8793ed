import { randomUUID } from 'node:crypto';
import { type Database, Refusal } from '#platform';
import { isUuid, readCursor, writeCursor } from '../cursor.ts';
import type {
  JsonValue,
  Page,
  Quarantine,
  QuarantineFilter,
  QuarantineItem,
  QuarantineReport,
  QuarantineState,
  ReplayWork,
} from '../types.ts';
import type { Writer, WriteTransaction } from '../writer.ts';
import { type QuarantineRow, quarantineTable } from './quarantine-table.ts';

export const itemsPerReportMax = 500;
/** JSON text of one message. */
export const messageLengthMax = 65_536;
/** The oldest items leave when there are more. */
const itemsMax = 10_000;
const pageSizeMax = 500;
const pageSizeDefault = 100;
/** A replay that no flow has answered after this time is held again. */
const replayTimeoutMs = 10 * 60_000;

export function createQuarantine({ database, writer }: { database: Database; writer: Writer }): Quarantine {
  const repository = database.orm.getRepository(quarantineTable);

  async function list(filter: QuarantineFilter = {}): Promise<Page<QuarantineItem>> {
    const limit = Math.min(filter.limit ?? pageSizeDefault, pageSizeMax);
    const query = repository.createQueryBuilder('item').where('TRUE');
    if (filter.states !== undefined) query.andWhere('item.state = ANY(:states)', { states: filter.states });
    if (filter.stage !== undefined) query.andWhere('item.stage = :stage', { stage: filter.stage });
    if (filter.mapping !== undefined) query.andWhere('item.mapping = :mapping', { mapping: filter.mapping });
    if (filter.after !== undefined) {
      query.andWhere('(item.createdAt, item.id) < (:at, :id)', { ...readCursor(filter.after) });
    }
    const rows = await query
      .orderBy('item.createdAt', 'DESC')
      .addOrderBy('item.id', 'DESC')
      .limit(limit + 1)
      .getMany();
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      items: page.map(toItem),
      ...(rows.length > limit && last !== undefined ? { next: writeCursor({ at: last.createdAt, id: last.id }) } : {}),
    };
  }

  return {
    list,
    async get(id) {
      const row = isUuid(id) ? await repository.findOneBy({ id }) : null;
      return row === null ? undefined : toItem(row);
    },
    async counts() {
      const { rows } = await database.pool.query<{ state: QuarantineState; count: number }>(
        'SELECT state, count(*) FROM territory.quarantine GROUP BY state',
      );
      return {
        held: 0,
        replayed: 0,
        resolved: 0,
        ...Object.fromEntries(rows.map(({ state, count }) => [state, count])),
      };
    },
    hold: (items) =>
      items.length === 0 ? Promise.resolve([]) : writer.write((transaction) => hold(transaction, items)),
    replay: (id, by) =>
      writer.write(async (transaction) => {
        const row = await existing(transaction, id);
        if (row.state === 'resolved') {
          throw new Refusal(409, 'quarantine-state', 'the message has been stored since; there is nothing to replay');
        }
        const next: QuarantineRow = {
          ...row,
          state: 'replayed',
          updatedAt: transaction.now,
          replayedById: by.id,
          replayedByName: by.name,
        };
        await transaction.manager.getRepository(quarantineTable).update({ id: row.id }, next);
        const item = toItem(next);
        const work: ReplayWork = {
          quarantineId: item.id,
          origin: item.origin,
          mapping: row.mapping,
          message: item.message,
        };
        transaction.emit({ kind: 'replay', labels: [`stage:${row.stage}`], body: JSON.stringify(work) });
        return item;
      }),
    settle: (id) =>
      writer.write(async (transaction) => {
        const row = await existing(transaction, id);
        if (row.state !== 'replayed') return;
        await transaction.manager
          .getRepository(quarantineTable)
          .update({ id: row.id }, { state: 'resolved', updatedAt: transaction.now });
      }),
    remove: (id) =>
      writer.write(async (transaction) => {
        const row = await existing(transaction, id);
        await transaction.manager.getRepository(quarantineTable).delete({ id: row.id });
      }),
  };
}

async function existing({ manager }: WriteTransaction, id: string): Promise<QuarantineRow> {
  const row = isUuid(id) ? await manager.getRepository(quarantineTable).findOneBy({ id }) : null;
  if (row === null)
    throw new Refusal(404, 'unknown-quarantine-item', `there is no quarantined message ${id.slice(0, 64)}`);
  return row;
}

/** Keeps messages; the same message refused again is one item with the newest reason. */
async function hold(
  { client, now }: WriteTransaction,
  reports: readonly QuarantineReport[],
): Promise<{ readonly id: string }[]> {
  const byMessage = new Map(reports.map((report) => [messageKey(report), report]));
  const kept = [...byMessage.values()];
  const { rows } = await client.query<{ id: string; origin_resource: string; origin_sequence: number | null }>(
    `INSERT INTO territory.quarantine AS item
       (id, state, stage, reason, mapping, origin_resource, origin_sequence, message, attempts, created_at, updated_at)
     SELECT id, 'held', stage, reason::jsonb, mapping, resource, sequence, message, 1, $8, $8
     FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[])
       AS given (id, stage, reason, mapping, resource, sequence, message)
     ON CONFLICT (origin_resource, coalesce(origin_sequence, -1)) DO UPDATE
       SET state = 'held', stage = excluded.stage, reason = excluded.reason, mapping = excluded.mapping,
         message = excluded.message, attempts = item.attempts + 1, updated_at = excluded.updated_at
     RETURNING id, origin_resource, origin_sequence`,
    [
      kept.map(() => randomUUID()),
      kept.map(({ stage }) => stage),
      kept.map(({ reason }) => JSON.stringify(typeof reason === 'string' ? { fr: reason, en: reason } : reason)),
      kept.map(({ mapping }) => mapping ?? null),
      kept.map(({ origin }) => origin.resource),
      kept.map(({ origin }) => origin.sequence ?? null),
      kept.map(({ message }) => JSON.stringify(message)),
      now,
    ],
  );
  await client.query(
    `DELETE FROM territory.quarantine
     WHERE id IN (SELECT id FROM territory.quarantine ORDER BY updated_at DESC OFFSET $1)`,
    [itemsMax],
  );
  const ids = new Map(rows.map((row) => [`${row.origin_resource} ${row.origin_sequence ?? ''}`, row.id]));
  return reports.map((report) => ({ id: ids.get(messageKey(report)) ?? '' }));
}

const messageKey = ({ origin }: QuarantineReport): string => `${origin.resource} ${origin.sequence ?? ''}`;

/** Settles the items whose message has been stored after all. */
export async function resolveQuarantine(
  { client, now }: WriteTransaction,
  resources: readonly string[],
): Promise<void> {
  await client.query({
    name: 'territory resolve quarantine',
    text: `UPDATE territory.quarantine SET state = 'resolved', updated_at = $2
      WHERE origin_resource = ANY($1::text[]) AND state <> 'resolved'`,
    values: [resources, now],
  });
}

/** Holds replays again that no flow has answered, and removes what is past its retention. */
export async function maintainQuarantine(
  { client, now }: WriteTransaction,
  retention: { readonly heldDays: number; readonly resolvedDays: number },
): Promise<void> {
  await client.query(
    `UPDATE territory.quarantine SET state = 'held', updated_at = $1, reason = $2
     WHERE state = 'replayed' AND updated_at < $3`,
    [now, JSON.stringify(unanswered), new Date(now.getTime() - replayTimeoutMs)],
  );
  await client.query(
    `DELETE FROM territory.quarantine
     WHERE updated_at < $1::timestamptz - make_interval(days => CASE state WHEN 'resolved' THEN $2::integer ELSE $3 END)`,
    [now, retention.resolvedDays, retention.heldDays],
  );
}

const unanswered = {
  fr: 'Rejoué, mais aucun flux ne l’a traité',
  en: 'Replayed, but no flow has dealt with it',
};

const toItem = (row: QuarantineRow): QuarantineItem => ({
  id: row.id,
  state: row.state,
  stage: row.stage,
  reason: row.reason,
  ...(row.mapping === null ? {} : { mapping: row.mapping }),
  origin: {
    resource: row.originResource,
    ...(row.originSequence === null ? {} : { sequence: row.originSequence }),
  },
  message: JSON.parse(row.message) as JsonValue,
  attempts: row.attempts,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
  ...(row.replayedById === null ? {} : { replayedBy: { id: row.replayedById, name: row.replayedByName ?? '' } }),
});
