import type pg from 'pg';
import type { EntityManager } from 'typeorm';
import { communeOf, readEntityRows, textOf } from '../entities/entity-row.ts';
import type { Alert, AlertEvent } from '../types.ts';
import { type AlertEventRow, type AlertRow, alertEventTable } from './alert-table.ts';

/** Completes rows with their events and with what is known of their entity. */
export async function toAlerts(
  manager: EntityManager,
  client: pg.ClientBase | pg.Pool,
  rows: readonly AlertRow[],
): Promise<Alert[]> {
  if (rows.length === 0) return [];
  const events = await manager
    .getRepository(alertEventTable)
    .createQueryBuilder('event')
    .where('event.alert = ANY(:ids)', { ids: rows.map(({ id }) => id) })
    .orderBy('event.id')
    .getMany();
  const eventsOf = Map.groupBy(events, ({ alert }) => alert);
  const entities = new Map(
    (await readEntityRows(client, [...new Set(rows.map(({ entity }) => entity))])).map((row) => [row.id, row]),
  );
  return rows.map((row) => {
    const entity = entities.get(row.entity);
    const name = textOf(entity?.attributes.name);
    const commune = entity === undefined ? undefined : communeOf(entity.attributes);
    return {
      id: row.id,
      rule: row.rule,
      entity: row.entity,
      ...(entity === undefined ? {} : { entityType: entity.type }),
      ...(name === undefined ? {} : { entityName: name }),
      ...(commune === undefined ? {} : { commune }),
      state: row.state,
      severity: row.severity,
      message: row.message,
      ...(row.value === null ? {} : { value: row.value }),
      ...(row.unit === null ? {} : { unit: row.unit }),
      ...(row.origin === null ? {} : { origin: row.origin }),
      ...(row.observedAt === null ? {} : { observedAt: row.observedAt.toISOString() }),
      openedAt: row.openedAt.toISOString(),
      updatedAt: row.updatedAt.toISOString(),
      ...(row.endedAt === null ? {} : { endedAt: row.endedAt.toISOString() }),
      seq: row.seq,
      events: (eventsOf.get(row.id) ?? []).map(toEvent),
    };
  });
}

const toEvent = ({ at, kind, byId, byName, note }: AlertEventRow): AlertEvent => ({
  at: at.toISOString(),
  kind,
  by: { id: byId, name: byName },
  ...(note === null ? {} : { note }),
});
