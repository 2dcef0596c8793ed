import type pg from 'pg';
import type { EntityManager } from 'typeorm';
import { type Database, type Feed, type FeedAppend, Refusal } from '#platform';
import type { Alert, ChangeBatch, Command, Entity } from './types.ts';

/** One write under way: everything it does is committed together or not at all. */
export interface WriteTransaction {
  readonly client: pg.ClientBase;
  readonly manager: EntityManager;
  /** When the write began; the same for everything in it. */
  readonly now: Date;
  /** Gives the next change number. */
  nextSeq(): number;
  /** Tells the listeners, after the commit. */
  changed(changes: Partial<Pick<ChangeBatch, 'entities' | 'alerts' | 'commands'>>): void;
  /** Puts something on the work feed, with the commit. */
  emit(entry: FeedAppend): void;
}

/** A committed batch, with the change number before its first change. */
export interface CommittedBatch extends ChangeBatch {
  readonly after: number;
}

const waitingMax = 500;

/**
 * The only way to write to the territory. Writes follow each other: a row lock on `territory.head` orders those of all
 * nodes, a queue those of this one (they would wait for that lock anyway, each holding a connection). That is what makes
 * change numbers commit-ordered and gapless, and merging current values free of races.
 */
export class Writer {
  readonly #database: Database;
  readonly #work: Feed;
  readonly #now: () => Date;
  readonly #onCommit: (batch: CommittedBatch) => void;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(options: {
    readonly database: Database;
    readonly work: Feed;
    readonly now: () => Date;
    readonly onCommit: (batch: CommittedBatch) => void;
  }) {
    this.#database = options.database;
    this.#work = options.work;
    this.#now = options.now;
    this.#onCommit = options.onCommit;
  }

  /**
   * Runs `work` alone and commits it; rolls everything back when it rejects.
   * @throws Refusal 503 when too many writes wait already
   */
  write<T>(work: (transaction: WriteTransaction) => Promise<T>): Promise<T> {
    if (this.#waiting >= waitingMax) {
      return Promise.reject(new Refusal(503, 'busy', `${waitingMax} writes are waiting; try again in a moment`));
    }
    this.#waiting += 1;
    const result = this.#last.then(() => this.#run(work));
    this.#last = result
      .catch(() => {})
      .finally(() => {
        this.#waiting -= 1;
      });
    return result;
  }

  /** Resolves when every write that was asked for has ended. */
  async drain(): Promise<void> {
    await this.#last;
  }

  async #run<T>(work: (transaction: WriteTransaction) => Promise<T>): Promise<T> {
    const runner = this.#database.orm.createQueryRunner();
    const emitted: FeedAppend[] = [];
    const entities: Entity[] = [];
    const alerts: Alert[] = [];
    const commands: Command[] = [];
    try {
      const client: pg.ClientBase = await runner.connect();
      await runner.startTransaction();
      const head = await client.query<{ seq: number }>('SELECT seq FROM territory.head FOR UPDATE');
      const after = head.rows[0]?.seq ?? 0;
      let seq = after;
      const result = await work({
        client,
        manager: runner.manager,
        now: this.#now(),
        nextSeq: () => {
          seq += 1;
          return seq;
        },
        changed: (changes) => {
          entities.push(...(changes.entities ?? []));
          alerts.push(...(changes.alerts ?? []));
          commands.push(...(changes.commands ?? []));
        },
        emit: (entry) => emitted.push(entry),
      });
      if (seq !== after) await client.query('UPDATE territory.head SET seq = $1', [seq]);
      const positions = await this.#work.append(client, emitted);
      await runner.commitTransaction();
      this.#work.committed(emitted, positions);
      if (seq !== after) this.#onCommit({ after, seq, entities, alerts, commands });
      return result;
    } catch (error) {
      if (runner.isTransactionActive) await runner.rollbackTransaction();
      throw error;
    } finally {
      await runner.release();
    }
  }
}
