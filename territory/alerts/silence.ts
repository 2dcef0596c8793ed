import type pg from 'pg';
import { type LocalizedText, types } from '#ontologies';
import type { Actor, AlertReport } from '../types.ts';
import type { WriteTransaction } from '../writer.ts';
import { reportAlerts } from './report-alerts.ts';

/** The rule that watches for devices that have gone quiet. */
export const silenceRule = 'no-news';

export const platformActor: Actor = { id: 'system', name: 'Alzette' };

/** Less than this is no silence, however often a device reports: a busy hour delays messages by as much. */
const silenceMinSeconds = 60;
/** Alerts of one round; the next round goes on. */
const alertsPerRoundMax = 500;

/** How patient to be with devices. */
export interface Patience {
  /** Reporting intervals (the entity's own, or its type's) that may pass without news. */
  readonly factor: number;
  /** When this platform began to listen: what was not heard while it was stopped is nobody's silence. */
  readonly listeningSince: Date;
}

interface Silence {
  readonly id: string;
  readonly since: Date;
  /** Seconds. */
  readonly interval: number;
}

/**
 * Entities that have gone quiet and have no alert of it yet.
 * @param among looks at these only
 */
export async function findSilences(
  client: pg.ClientBase | pg.Pool,
  { factor, listeningSince }: Patience,
  now: Date,
  among?: readonly string[],
): Promise<readonly Silence[]> {
  const { rows } = await client.query<Silence>(
    `SELECT entity.id, coalesce(heard_at, created_at) AS since, coalesce(reporting_interval, seconds) AS interval
     FROM territory.entity JOIN unnest($1::text[], $2::double precision[]) AS expected (type, seconds) USING (type)
     WHERE greatest(coalesce(heard_at, created_at), $3)
         < $4::timestamptz - make_interval(secs => greatest($5, $6 * coalesce(reporting_interval, seconds)))
       AND NOT EXISTS (SELECT 1 FROM territory.alert
         WHERE rule = $7 AND alert.entity = entity.id AND is_condition_active)
       ${among === undefined ? '' : 'AND entity.id = ANY($9::text[])'}
     ORDER BY coalesce(heard_at, created_at) LIMIT $8`,
    [
      types.map(({ name }) => name),
      types.map(({ expectedIntervalSeconds }) => expectedIntervalSeconds),
      listeningSince,
      now,
      silenceMinSeconds,
      factor,
      silenceRule,
      alertsPerRoundMax,
      ...(among === undefined ? [] : [among]),
    ],
  );
  return rows;
}

/** Opens an alert for each of these entities that is still silent. */
export async function alertOnSilence(
  transaction: WriteTransaction,
  patience: Patience,
  found: readonly Silence[],
): Promise<number> {
  const { client, now } = transaction;
  // They were found outside this transaction, so that looking for them holds up no writer; some may have spoken since.
  const silences = await findSilences(
    client,
    patience,
    now,
    found.map(({ id }) => id),
  );
  const reports = silences.map(
    ({ id, since, interval }): AlertReport => ({
      rule: silenceRule,
      entity: id,
      active: true,
      severity: 'minor',
      message: silenceMessage(since, interval),
      observedAt: now.toISOString(),
    }),
  );
  if (reports.length > 0) await reportAlerts(transaction, reports, platformActor);
  return reports.length;
}

/** Clears the silence of entities that have been heard again. */
export async function endSilence(transaction: WriteTransaction, heard: ReadonlySet<string>): Promise<void> {
  if (heard.size === 0) return;
  const { rows } = await transaction.client.query<{ entity: string }>({
    name: 'territory silent entities',
    text: `SELECT entity FROM territory.alert WHERE rule = $1 AND entity = ANY($2::text[]) AND is_condition_active`,
    values: [silenceRule, [...heard]],
  });
  if (rows.length === 0) return;
  await reportAlerts(
    transaction,
    rows.map(({ entity }) => ({
      rule: silenceRule,
      entity,
      active: false,
      severity: 'minor',
      message: { fr: 'L’appareil donne de nouveau des nouvelles', en: 'The device has been heard again' },
    })),
    platformActor,
  );
}

function silenceMessage(since: Date, intervalSeconds: number): LocalizedText {
  const every = duration(intervalSeconds);
  const time = since.toISOString();
  const [date, clock] = [time.slice(0, 10), time.slice(11, 16)];
  return {
    fr: `Aucune nouvelle depuis le ${date.split('-').reverse().join('/')} à ${clock} UTC (attendue toutes les ${every})`,
    en: `No news since ${date} ${clock} UTC (expected every ${every})`,
  };
}

/** `90 s`, `15 min`, `2 h`: symbols every language shares. */
function duration(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}
