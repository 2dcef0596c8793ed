import type { Database, Events, Log } from '#platform';
import { messageOf } from '#platform';
import { alertTable } from './alerts/alert-table.ts';
import { toAlerts } from './alerts/read-alerts.ts';
import { commandTable } from './commands/command-table.ts';
import { toCommand } from './commands/to-command.ts';
import { type EntityRow, entityColumns, toEntity } from './entities/entity-row.ts';
import type { ChangeBatch, ChangeListener, Changes } from './types.ts';
import type { CommittedBatch } from './writer.ts';

const channel = 'territory';
const pageMax = 5000;
/** Other nodes hear of our commits after at most this long. */
const announceAfterMs = 100;

/** The change number of the last commit. */
export async function lastSeq({ pool }: Pick<Database, 'pool'>): Promise<number> {
  const { rows } = await pool.query<{ seq: number }>('SELECT seq FROM territory.head');
  return rows[0]?.seq ?? 0;
}

/** What changed after `seq`: the newest state of everything whose last change is later, in the order of those changes. */
export async function changedSince(database: Database, seq: number, limit: number): Promise<Changes> {
  const size = Math.min(Math.max(1, limit), pageMax);
  const head = await lastSeq(database);
  const { pool, orm } = database;
  const [entityRows, alertRows, commandRows] = await Promise.all([
    pool.query<EntityRow>(
      `SELECT ${entityColumns} FROM territory.entity WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3`,
      [seq, head, size + 1],
    ),
    orm
      .getRepository(alertTable)
      .createQueryBuilder('alert')
      .where('alert.seq > :seq AND alert.seq <= :head', { seq, head })
      .orderBy('alert.seq')
      .limit(size + 1)
      .getMany(),
    orm
      .getRepository(commandTable)
      .createQueryBuilder('command')
      .where('command.seq > :seq AND command.seq <= :head', { seq, head })
      .orderBy('command.seq')
      .limit(size + 1)
      .getMany(),
  ]);
  const seqs = [...entityRows.rows, ...alertRows, ...commandRows].map((row) => row.seq).sort((a, b) => a - b);
  const more = seqs.length > size;
  const to = more ? (seqs[size - 1] ?? head) : head;
  const upTo = (row: { readonly seq: number }): boolean => row.seq <= to;
  return {
    seq: Math.max(to, seq),
    more,
    entities: entityRows.rows.filter(upTo).map(toEntity),
    alerts: await toAlerts(orm.manager, pool, alertRows.filter(upTo)),
    commands: commandRows.filter(upTo).map(toCommand),
  };
}

/**
 * Tells the listeners of this process every change, of this node and of others, in commit order. Batches of this node
 * come from memory; when another node has written in between, what is missing is read from the tables.
 */
export class ChangeNews {
  readonly #database: Database;
  readonly #events: Events;
  readonly #log: Log;
  readonly #listeners = new Set<ChangeListener>();
  readonly #unsubscribe: () => void;
  #told: number;
  #telling: Promise<void> = Promise.resolve();
  #announcing: NodeJS.Timeout | undefined;

  static async open(options: { database: Database; events: Events; log: Log }): Promise<ChangeNews> {
    return new ChangeNews(options, await lastSeq(options.database));
  }

  private constructor(options: { database: Database; events: Events; log: Log }, seq: number) {
    this.#database = options.database;
    this.#events = options.events;
    this.#log = options.log;
    this.#told = seq;
    this.#unsubscribe = options.events.subscribe(channel, (payload) => {
      if (Number(payload) > this.#told) this.#next(() => this.#catchUp());
    });
    options.events.onReconnect(() => this.#next(() => this.#catchUp()));
  }

  listen(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** To be called after each commit of this node, in their order. */
  committed(batch: CommittedBatch): void {
    this.#next(async () => {
      if (batch.after > this.#told) await this.#catchUp();
      if (batch.seq > this.#told) this.#tell(batch);
    });
    this.#announcing ??= setTimeout(() => {
      this.#announcing = undefined;
      this.#events.publish(channel, String(this.#told)).catch((error: unknown) => {
        this.#log.warn({ reason: messageOf(error) }, 'other nodes were not told of a change; they hear of the next');
      });
    }, announceAfterMs);
  }

  async close(): Promise<void> {
    this.#unsubscribe();
    clearTimeout(this.#announcing);
    await this.#telling;
  }

  /** One after the other, so that no listener hears a later change first. */
  #next(step: () => Promise<void>): void {
    this.#telling = this.#telling.then(step).catch((error: unknown) => {
      // Nothing is lost: the next change starts from what was told last.
      this.#log.warn({ reason: messageOf(error) }, 'changes could not be read; trying again with the next one');
    });
  }

  async #catchUp(): Promise<void> {
    for (let more = true; more; ) {
      const changes = await changedSince(this.#database, this.#told, pageMax);
      more = changes.more;
      if (changes.seq > this.#told) this.#tell(changes);
    }
  }

  #tell({ seq, entities, alerts, commands }: ChangeBatch): void {
    this.#told = seq;
    for (const listener of this.#listeners) {
      try {
        listener({ seq, entities, alerts, commands });
      } catch (error) {
        this.#log.error({ error }, 'a listener of changes failed');
      }
    }
  }
}
