import { type Database, Refusal } from '#platform';
import { isUuid, readCursor, writeCursor } from '../cursor.ts';
import type { Actor, Alert, AlertEvent, AlertFilter, AlertReport, Alerts, Page, Severity } from '../types.ts';
import type { Writer, WriteTransaction } from '../writer.ts';
import { type AlertRow, alertEventTable, alertTable } from './alert-table.ts';
import { toAlerts } from './read-alerts.ts';
import { reportAlerts } from './report-alerts.ts';

export const reportsMax = 1000;
const pageSizeMax = 1000;
const pageSizeDefault = 200;

export function createAlerts({ database, writer }: { database: Database; writer: Writer }): Alerts {
  const { orm, pool } = database;

  async function list(filter: AlertFilter = {}): Promise<Page<Alert>> {
    const limit = Math.min(filter.limit ?? pageSizeDefault, pageSizeMax);
    const query = orm.getRepository(alertTable).createQueryBuilder('alert').where('TRUE');
    if (filter.states !== undefined) query.andWhere('alert.state = ANY(:states)', { states: filter.states });
    if (filter.severities !== undefined) {
      query.andWhere('alert.severity = ANY(:severities)', { severities: filter.severities });
    }
    if (filter.rules !== undefined) query.andWhere('alert.rule = ANY(:rules)', { rules: filter.rules });
    if (filter.entity !== undefined) query.andWhere('alert.entity = :entity', { entity: filter.entity });
    if (filter.isConditionActive !== undefined) {
      query.andWhere('alert.isConditionActive = :isConditionActive', { isConditionActive: filter.isConditionActive });
    }
    if (filter.after !== undefined) {
      query.andWhere('(alert.openedAt, alert.id) < (:at, :id)', { ...readCursor(filter.after) });
    }
    const rows = await query
      .orderBy('alert.openedAt', 'DESC')
      .addOrderBy('alert.id', 'DESC')
      .limit(limit + 1)
      .getMany();
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      items: await toAlerts(orm.manager, pool, page),
      ...(rows.length > limit && last !== undefined ? { next: writeCursor({ at: last.openedAt, id: last.id }) } : {}),
    };
  }

  /** A step an operator takes; `from` are the states it can be taken in. */
  function step(
    id: string,
    by: Actor,
    note: string | undefined,
    change: {
      readonly from: readonly AlertRow['state'][];
      readonly event: AlertEvent['kind'];
      readonly apply: (row: AlertRow, now: Date) => Partial<AlertRow>;
    },
  ): Promise<Alert> {
    return writer.write(async (transaction) => {
      const { manager, now } = transaction;
      const row = isUuid(id) ? await manager.getRepository(alertTable).findOneBy({ id }) : null;
      if (row === null) throw unknownAlert(id);
      if (!change.from.includes(row.state)) {
        throw new Refusal(409, 'alert-state', `the alert is ${row.state}; expected ${change.from.join(' or ')}`);
      }
      const next: AlertRow = {
        ...row,
        ...change.apply(row, now),
        updatedAt: now,
        eventCount: row.eventCount + 1,
        seq: transaction.nextSeq(),
      };
      await manager.getRepository(alertTable).update({ id }, next);
      await manager
        .getRepository(alertEventTable)
        .insert({ alert: id, at: now, kind: change.event, byId: by.id, byName: by.name, note: note ?? null });
      return publish(transaction, next);
    });
  }

  return {
    list,
    async get(id) {
      const row = isUuid(id) ? await orm.getRepository(alertTable).findOneBy({ id }) : null;
      return row === null ? undefined : (await toAlerts(orm.manager, pool, [row]))[0];
    },
    async counts() {
      const { rows } = await pool.query<{ severity: Severity; count: number }>(
        `SELECT severity, count(*) FROM territory.alert WHERE state IN ('open', 'acknowledged') GROUP BY severity`,
      );
      return {
        critical: 0,
        major: 0,
        minor: 0,
        information: 0,
        ...Object.fromEntries(rows.map(({ severity, count }) => [severity, count])),
      };
    },
    report: (reports: readonly AlertReport[], by: Actor) =>
      reports.length === 0
        ? Promise.resolve([])
        : writer.write((transaction) => reportAlerts(transaction, reports, by)),
    acknowledge: (id, by, note) =>
      step(id, by, note, { from: ['open'], event: 'acknowledged', apply: () => ({ state: 'acknowledged' }) }),
    close: (id, by, note) =>
      step(id, by, note, {
        from: ['open', 'acknowledged'],
        event: 'closed',
        apply: (_, now) => ({ state: 'closed', endedAt: now }),
      }),
  };
}

async function publish(transaction: WriteTransaction, row: AlertRow): Promise<Alert> {
  const [alert] = await toAlerts(transaction.manager, transaction.client, [row]);
  if (alert === undefined) throw unknownAlert(row.id);
  transaction.changed({ alerts: [alert] });
  return alert;
}

const unknownAlert = (id: string): Refusal => new Refusal(404, 'unknown-alert', `there is no alert ${id.slice(0, 64)}`);
