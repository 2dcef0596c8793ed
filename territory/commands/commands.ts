import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { typeOf } from '#ontologies';
import { type Database, Refusal } from '#platform';
import { isUuid, readCursor, writeCursor } from '../cursor.ts';
import { type EntityRow, readEntityRows } from '../entities/entity-row.ts';
import type { Actor, Command, CommandFilter, CommandReport, Commands, CommandWork, Origin, Page } from '../types.ts';
import type { Writer, WriteTransaction } from '../writer.ts';
import { checkParameters } from './check-parameters.ts';
import { type CommandRow, commandTable } from './command-table.ts';
import { toCommand } from './to-command.ts';

const pageSizeMax = 500;
const pageSizeDefault = 50;
/** More waiting than this means that nobody takes them to the devices. */
const waitingMax = 1000;

export function createCommands(options: {
  readonly database: Database;
  readonly writer: Writer;
  /** How long a device has to show that it obeyed. */
  readonly timeoutMs: number;
}): Commands {
  const { database, writer, timeoutMs } = options;
  const repository = database.orm.getRepository(commandTable);

  async function list(filter: CommandFilter = {}): Promise<Page<Command>> {
    const limit = Math.min(filter.limit ?? pageSizeDefault, pageSizeMax);
    const query = repository.createQueryBuilder('command').where('TRUE');
    if (filter.entity !== undefined) query.andWhere('command.entity = :entity', { entity: filter.entity });
    if (filter.states !== undefined) query.andWhere('command.state = ANY(:states)', { states: filter.states });
    if (filter.after !== undefined) {
      query.andWhere('(command.issuedAt, command.id) < (:at, :id)', { ...readCursor(filter.after) });
    }
    const rows = await query
      .orderBy('command.issuedAt', 'DESC')
      .addOrderBy('command.id', 'DESC')
      .limit(limit + 1)
      .getMany();
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      items: page.map(toCommand),
      ...(rows.length > limit && last !== undefined ? { next: writeCursor({ at: last.issuedAt, id: last.id }) } : {}),
    };
  }

  return {
    list,
    async get(id) {
      const row = isUuid(id) ? await repository.findOneBy({ id }) : null;
      return row === null ? undefined : toCommand(row);
    },
    issue: ({ entity, action, parameters }, by) =>
      writer.write(async (transaction) => {
        const [target] = await readEntityRows(transaction.client, [entity]);
        if (target === undefined) {
          throw new Refusal(404, 'unknown-entity', `there is no entity ${entity.slice(0, 256)}`);
        }
        const read = checkParameters(target.type, action, parameters);
        await refuseWhenFull(transaction);
        const issuedAt = transaction.now;
        const row: CommandRow = {
          id: randomUUID(),
          entity,
          type: target.type,
          action,
          parameters: read,
          state: 'issued',
          byId: by.id,
          byName: by.name,
          issuedAt,
          updatedAt: issuedAt,
          deadline: new Date(issuedAt.getTime() + timeoutMs),
          outcome: null,
          seq: transaction.nextSeq(),
        };
        const replaced = await replaceWaiting(transaction, row);
        await transaction.manager.getRepository(commandTable).insert(row);
        const command = toCommand(row);
        transaction.changed({ commands: [...replaced.map(toCommand), command] });
        transaction.emit({
          kind: 'command',
          labels: [`type:${row.type}`, `theme:${typeOf(row.type)?.theme ?? ''}`, `action:${action}`],
          body: JSON.stringify(workOf(row, target)),
        });
        return command;
      }),
    report: (id, report) => writer.write((transaction) => reportState(transaction, id, report)),
  };
}

async function refuseWhenFull({ client }: WriteTransaction): Promise<void> {
  const { rows } = await client.query<{ count: number }>(
    `SELECT count(*) FROM territory.command WHERE state IN ('issued', 'sent')`,
  );
  if ((rows[0]?.count ?? 0) >= waitingMax) {
    throw new Refusal(429, 'too-many-commands', `${waitingMax} commands wait for their devices; try again later`);
  }
}

/** A newer command of the same kind takes the place of one that still waits: only the last wish counts. */
async function replaceWaiting({ manager, nextSeq, now }: WriteTransaction, next: CommandRow): Promise<CommandRow[]> {
  const repository = manager.getRepository(commandTable);
  const waiting = await repository
    .createQueryBuilder('command')
    .where(`command.entity = :entity AND command.action = :action AND command.state IN ('issued', 'sent')`, {
      entity: next.entity,
      action: next.action,
    })
    .getMany();
  if (waiting.length === 0) return [];
  const replaced = waiting.map(
    (row): CommandRow => ({
      ...row,
      state: 'failed',
      outcome: { fr: 'Remplacée par une commande plus récente', en: 'Replaced by a newer command' },
      updatedAt: now,
      seq: nextSeq(),
    }),
  );
  await repository.upsert(replaced, ['id']);
  return replaced;
}

function workOf(row: CommandRow, target: EntityRow): CommandWork {
  const { id, entity, type, action, parameters } = row;
  const issuedBy: Actor = { id: row.byId, name: row.byName };
  return {
    id,
    entity,
    type,
    action,
    parameters,
    issuedBy,
    issuedAt: row.issuedAt.toISOString(),
    origin: latestOrigin(target),
  };
}

/** The resource that told about the entity last, by position in the change feed. */
function latestOrigin({ attributes }: EntityRow): Origin | null {
  const origins = Object.values(attributes).flatMap(({ origin }) => (origin === undefined ? [] : [origin]));
  return origins.reduce<Origin | null>(
    (latest, origin) => (latest === null || (origin.sequence ?? 0) > (latest.sequence ?? 0) ? origin : latest),
    null,
  );
}

async function reportState(transaction: WriteTransaction, id: string, report: CommandReport): Promise<Command> {
  const repository = transaction.manager.getRepository(commandTable);
  const row = isUuid(id) ? await repository.findOneBy({ id }) : null;
  if (row === null) throw new Refusal(404, 'unknown-command', `there is no command ${id.slice(0, 64)}`);
  // The device may have obeyed, or the time run out, before the flow came to say that it was sent; and a flow that was
  // restarted says it twice.
  const isLate = row.state !== 'issued' && !(row.state === 'sent' && report.state === 'failed');
  if (isLate) return toCommand(row);
  const next: CommandRow = {
    ...row,
    state: report.state,
    outcome: report.state === 'failed' ? { fr: report.reason ?? '', en: report.reason ?? '' } : null,
    updatedAt: transaction.now,
    seq: transaction.nextSeq(),
  };
  await repository.update({ id }, next);
  const command = toCommand(next);
  transaction.changed({ commands: [command] });
  return command;
}

/** Whether there is a command to give up on. */
export async function haveCommandsRunOut(pool: pg.Pool, now: Date): Promise<boolean> {
  const { rowCount } = await pool.query(
    `SELECT FROM territory.command WHERE state IN ('issued', 'sent') AND deadline <= $1 LIMIT 1`,
    [now],
  );
  return rowCount === 1;
}

/** Gives up on commands whose time has run out. */
export async function timeOutCommands(transaction: WriteTransaction): Promise<void> {
  const { manager, now, nextSeq } = transaction;
  const repository = manager.getRepository(commandTable);
  const rows = await repository
    .createQueryBuilder('command')
    .where(`command.state IN ('issued', 'sent') AND command.deadline <= :now`, { now })
    .limit(waitingMax)
    .getMany();
  if (rows.length === 0) return;
  const ended = rows.map(
    (row): CommandRow => ({
      ...row,
      state: 'timed-out',
      outcome:
        row.state === 'issued'
          ? { fr: 'Aucun flux n’a transmis la commande', en: 'No flow has sent the command' }
          : { fr: 'L’appareil n’a pas répondu à temps', en: 'The device has not answered in time' },
      updatedAt: now,
      seq: nextSeq(),
    }),
  );
  await repository.upsert(ended, ['id']);
  transaction.changed({ commands: ended.map(toCommand) });
}
