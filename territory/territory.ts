import type { Request } from 'express';
import { describe, types } from '#ontologies';
import {
  type Config,
  type Database,
  type Events,
  Feed,
  type Jobs,
  type Log,
  messageOf,
  Refusal,
  type Registry,
} from '#platform';
import { createAlerts } from './alerts/alerts.ts';
import { alertOnSilence, endSilence, findSilences } from './alerts/silence.ts';
import { ChangeNews, changedSince, lastSeq } from './changes.ts';
import { createCommands, haveCommandsRunOut, timeOutCommands } from './commands/commands.ts';
import { confirmCommands } from './commands/confirm-commands.ts';
import { checkUpdate } from './entities/check-update.ts';
import { readEntityRows, toEntity } from './entities/entity-row.ts';
import { listEntities } from './entities/list-entities.ts';
import { updateEntities } from './entities/update-entities.ts';
import { createFigures } from './figures.ts';
import { createRouter } from './http/router.ts';
import { readHistory } from './observations/history.ts';
import { Partitions } from './observations/partitions.ts';
import { createQuarantine, maintainQuarantine, resolveQuarantine } from './quarantine/quarantine.ts';
import { workTable } from './schema.ts';
import type { Actor, Entities, Scope, Territory, Update, UpdateResult } from './types.ts';
import { Writer } from './writer.ts';

export interface TerritoryOptions {
  readonly config: Pick<Config, 'alerts' | 'history'>;
  readonly database: Database;
  readonly events: Events;
  readonly jobs: Jobs;
  readonly log: Log;
  readonly metrics: Registry;
  /** Who is asking, when they may; throws a Refusal 401 or 403 otherwise. */
  readonly authorize: (request: Request, scope: Scope) => Actor;
  readonly now?: () => Date;
  /** How long a device has to show that it obeyed a command. */
  readonly commandTimeoutMs?: number;
  /** How often time-outs and silent devices are looked for. */
  readonly watchEveryMs?: number;
}

export const updatesMax = 1000;
const clockToleranceMs = 5 * 60_000;
const dayMs = 24 * 3600_000;
const watchEveryMs = 5_000;
const workRetentionHours = 72;
const quarantineRetention = { heldDays: 90, resolvedDays: 7 };

/** Opens the referential: its queue of writes, its work feed, its periodic work and its HTTP door. */
export async function createTerritory(options: TerritoryOptions): Promise<Territory> {
  const { config, database, events, jobs, log, metrics, authorize } = options;
  const { pool } = database;
  const now = options.now ?? (() => new Date());
  const listeningSince = now();
  const work = await Feed.open({ pool, events, log, table: workTable, retentionHours: workRetentionHours });
  const news = await ChangeNews.open({ database, events, log });
  const writer = new Writer({ database, work, now, onCommit: (batch) => news.committed(batch) });
  const partitions = new Partitions(pool, log);
  const alerts = createAlerts({ database, writer });
  const commands = createCommands({ database, writer, timeoutMs: options.commandTimeoutMs ?? 60_000 });
  const quarantine = createQuarantine({ database, writer });
  const figures = createFigures(metrics, {
    quarantined: async () => (await quarantine.counts()).held,
    workLags: () => work.lags(),
  });

  const earliest = (): Date => new Date(now().getTime() - config.history.retentionDays * dayMs);

  async function update(updates: readonly Update[]): Promise<readonly UpdateResult[]> {
    if (updates.length > updatesMax) {
      throw new Refusal(
        413,
        'too-many-updates',
        `${updates.length} updates; at most ${updatesMax} at a time are expected`,
      );
    }
    const done = figures.batchSeconds.startTimer();
    const window = { earliest: earliest(), latest: new Date(now().getTime() + clockToleranceMs) };
    const results = updates.map((given) => checkUpdate(given, window));
    const accepted = updates.filter((_, index) => results[index] === undefined);
    if (accepted.length > 0) {
      await partitions.ensure(observationTimes(accepted));
      const stored = (await store(accepted)).values();
      results.forEach((result, index) => {
        if (result === undefined) results[index] = stored.next().value;
      });
    }
    done();
    return results.map((result) => {
      const known = result ?? { status: 'duplicate' };
      figures.updates.inc({ status: known.status });
      return known;
    });
  }

  /** One transaction: state, history, and whatever the news settles (commands, silences, quarantined messages). */
  const store = (updates: readonly Update[]): Promise<readonly UpdateResult[]> =>
    writer.write(async (transaction) => {
      const { results, changed, heard } = await updateEntities(transaction, updates);
      transaction.changed({ entities: changed });
      await confirmCommands(transaction, changed);
      await endSilence(transaction, heard);
      await resolveQuarantine(transaction, [...new Set(updates.map(({ origin }) => origin.resource))]);
      return results;
    });

  const entities: Entities = {
    list: (filter = {}) => listEntities(pool, filter),
    async get(id) {
      const [row] = await readEntityRows(pool, [id]);
      return row === undefined ? undefined : toEntity(row);
    },
    changedSince: (seq, limit = 5000) => changedSince(database, seq, limit),
    lastSeq: () => lastSeq(database),
    async counts() {
      const { rows } = await pool.query<{ type: string; count: number }>(
        'SELECT type, count(*) FROM territory.entity GROUP BY type',
      );
      return Object.fromEntries(rows.map(({ type, count }) => [type, count]));
    },
    update,
  };

  /** Commands out of time and devices gone quiet. A round that finds nothing takes no writer's turn. */
  async function watch(): Promise<void> {
    const patience = { factor: config.alerts.silenceFactor, listeningSince };
    const silences = await findSilences(pool, patience, now());
    if (silences.length === 0 && !(await haveCommandsRunOut(pool, now()))) return;
    const opened = await writer.write(async (transaction) => {
      await timeOutCommands(transaction);
      return silences.length === 0 ? 0 : alertOnSilence(transaction, patience, silences);
    });
    if (opened > 0) {
      figures.silences.inc(opened);
      log.info({ opened }, 'devices have gone quiet');
    }
  }

  async function maintain(): Promise<void> {
    await partitions.maintain(now(), earliest());
    await writer.write(async (transaction) => {
      await maintainQuarantine(transaction, quarantineRetention);
      const { client } = transaction;
      await client.query('DELETE FROM territory.alert WHERE ended_at < $1 AND NOT is_condition_active', [earliest()]);
      await client.query(`DELETE FROM territory.command WHERE issued_at < $1`, [earliest()]);
    });
  }

  await maintain();
  await jobs.schedule('territory-maintenance', '*/5 * * * *', maintain);
  const watching = recurring(watch, options.watchEveryMs ?? watchEveryMs, log);

  const territory: Omit<Territory, 'router'> = {
    entities,
    alerts,
    commands,
    quarantine,
    history: (query) => readHistory(pool, query, now()),
    types: () => descriptions,
    onChange: (listener) => news.listen(listener),
    async close() {
      await watching.stop();
      await writer.drain();
      await news.close();
      await work.close();
    },
  };
  return { ...territory, router: createRouter({ territory, work, authorize }) };
}

const descriptions = types.map(describe);

function* observationTimes(updates: readonly Update[]): Generator<Date> {
  for (const { entity } of updates) {
    for (const attribute of Object.values(entity)) {
      if (typeof attribute === 'object' && attribute.observedAt !== undefined) yield new Date(attribute.observedAt);
    }
  }
}

/** Repeats `task` with a pause in between, never twice at once; a failure is logged and the next round tries again. */
function recurring(task: () => Promise<void>, everyMs: number, log: Log): { stop(): Promise<void> } {
  let running: Promise<void> = Promise.resolve();
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  const run = (): void => {
    running = task()
      .catch((error: unknown) => log.warn({ reason: messageOf(error) }, 'a round of the watch failed'))
      .then(plan);
  };
  const plan = (): void => {
    if (!isStopped) timer = setTimeout(run, everyMs);
  };
  plan();
  return {
    stop() {
      isStopped = true;
      clearTimeout(timer);
      return running;
    },
  };
}
