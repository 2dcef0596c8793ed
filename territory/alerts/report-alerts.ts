import { randomUUID } from 'node:crypto';
import type { Actor, AlertEvent, AlertReport, AlertReportResult } from '../types.ts';
import type { WriteTransaction } from '../writer.ts';
import { type AlertEventRow, type AlertRow, alertEventTable, alertTable } from './alert-table.ts';
import { type Decision, decide } from './decide.ts';
import { toAlerts } from './read-alerts.ts';

/** An alert that flaps for days keeps the events of its first changes and those of people. */
const eventsMax = 100;

const eventOf: Partial<Record<Decision, AlertEvent['kind']>> = {
  open: 'opened',
  reopen: 'reopened',
  escalate: 'escalated',
  clear: 'cleared',
};

const statusOf: Readonly<Record<Decision, AlertReportResult['status']>> = {
  open: 'opened',
  reopen: 'opened',
  escalate: 'updated',
  update: 'updated',
  clear: 'cleared',
  settle: 'unchanged',
  nothing: 'unchanged',
};

/** Applies what rules found, in order; a flood of equal reports writes nothing. */
export async function reportAlerts(
  transaction: WriteTransaction,
  reports: readonly AlertReport[],
  by: Actor,
): Promise<AlertReportResult[]> {
  const { manager, client, now, nextSeq } = transaction;
  const latest = await latestAlerts(transaction, reports);
  const written = new Map<string, AlertRow>();
  const events: AlertEventRow[] = [];
  const results = reports.map((report): AlertReportResult => {
    const key = keyOf(report);
    const known = latest.get(key);
    const decision = decide(known, report, now);
    const result = { status: statusOf[decision] };
    if (decision === 'nothing') return known === undefined ? result : { ...result, id: known.id };
    const row = { ...apply(decision, known, report, now), seq: nextSeq() };
    const kind = eventOf[decision];
    if (kind !== undefined && row.eventCount < eventsMax) {
      row.eventCount += 1;
      events.push({ alert: row.id, at: now, kind, byId: by.id, byName: by.name, note: null });
    }
    latest.set(key, row);
    written.set(row.id, row);
    return { ...result, id: row.id };
  });
  if (written.size > 0) {
    const rows = [...written.values()];
    await manager.getRepository(alertTable).upsert(rows, ['id']);
    if (events.length > 0) await manager.getRepository(alertEventTable).insert(events);
    transaction.changed({ alerts: await toAlerts(manager, client, rows) });
  }
  return results;
}

const keyOf = ({ rule, entity }: Pick<AlertReport, 'rule' | 'entity'>): string => `${rule} ${entity}`;

async function latestAlerts(
  { manager }: WriteTransaction,
  reports: readonly AlertReport[],
): Promise<Map<string, AlertRow>> {
  const rows = await manager
    .getRepository(alertTable)
    .createQueryBuilder('alert')
    .distinctOn(['alert.rule', 'alert.entity'])
    .where('(alert.rule, alert.entity) IN (SELECT * FROM unnest(:rules::text[], :entities::text[]))', {
      rules: reports.map(({ rule }) => rule),
      entities: reports.map(({ entity }) => entity),
    })
    .orderBy('alert.rule')
    .addOrderBy('alert.entity')
    .addOrderBy('alert.openedAt', 'DESC')
    .getMany();
  return new Map(rows.map((row) => [keyOf(row), row]));
}

function apply(
  decision: Exclude<Decision, 'nothing'>,
  known: AlertRow | undefined,
  report: AlertReport,
  now: Date,
): AlertRow {
  const said = {
    severity: report.severity,
    message: { fr: report.message.fr, en: report.message.en },
    value: report.value ?? null,
    unit: report.unit ?? null,
    origin: report.origin ?? null,
    observedAt: report.observedAt === undefined ? null : new Date(report.observedAt),
    updatedAt: now,
  };
  if (known === undefined || decision === 'open') {
    return {
      id: randomUUID(),
      rule: report.rule,
      entity: report.entity,
      state: 'open',
      ...said,
      isConditionActive: true,
      openedAt: now,
      endedAt: null,
      eventCount: 0,
      seq: 0,
    };
  }
  const settled = {
    ...known,
    observedAt: said.observedAt ?? known.observedAt,
    isConditionActive: false,
    updatedAt: now,
  };
  switch (decision) {
    case 'reopen':
      return { ...known, ...said, state: 'open', isConditionActive: true, endedAt: null };
    case 'escalate':
      // What was acknowledged was less severe: it needs a look again.
      return { ...known, ...said, state: 'open' };
    case 'update':
      return { ...known, ...said };
    case 'clear':
      return { ...settled, state: 'cleared', endedAt: now };
    case 'settle':
      return settled;
  }
}
