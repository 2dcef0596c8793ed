import type pg from 'pg';
import type { Log } from '#platform';

const monthOf = (time: Date): string => time.toISOString().slice(0, 7).replace('-', '_');
const startOfMonth = (month: string): Date => new Date(`${month.replace('_', '-')}-01T00:00:00.000Z`);

function followingMonth(month: string): string {
  const start = startOfMonth(month);
  return monthOf(new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1)));
}

/**
 * Monthly partitions of the observations. Those of this month and the next exist ahead of time, those of late
 * observations are made when one arrives; a whole month is dropped once its last day is past the retention.
 */
export class Partitions {
  readonly #pool: pg.Pool;
  readonly #log: Log;
  readonly #known = new Set<string>();

  constructor(pool: pg.Pool, log: Log) {
    this.#pool = pool;
    this.#log = log;
  }

  /** Makes sure that observations of these times have a place. */
  async ensure(times: Iterable<Date>): Promise<void> {
    for (const month of new Set(Array.from(times, monthOf))) {
      if (!this.#known.has(month)) await this.#create(month);
    }
  }

  /** Prepares the next month and drops the months that ended before `keepFrom`. */
  async maintain(now: Date, keepFrom: Date): Promise<void> {
    await this.ensure([now, startOfMonth(followingMonth(monthOf(now)))]);
    const { rows } = await this.#pool.query<{ name: string }>(
      `SELECT relname AS name FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
       WHERE inhparent = 'territory.observation'::regclass`,
    );
    for (const { name } of rows) {
      const month = name.slice('observation_'.length);
      if (!/^\d{4}_\d\d$/.test(month) || startOfMonth(followingMonth(month)) > keepFrom) continue;
      await this.#pool.query(`DROP TABLE IF EXISTS territory.observation_${month}`);
      this.#known.delete(month);
      this.#log.info({ month }, 'observations past their retention were removed');
    }
  }

  async #create(month: string): Promise<void> {
    const [from, to] = [startOfMonth(month).toISOString(), startOfMonth(followingMonth(month)).toISOString()];
    // IF NOT EXISTS does not exclude two nodes that create at once: the lock does.
    await this.#pool.query(
      `DO $$ BEGIN
         PERFORM pg_advisory_xact_lock(hashtextextended('territory.observation partitions', 0));
         CREATE TABLE IF NOT EXISTS territory.observation_${month} PARTITION OF territory.observation
           FOR VALUES FROM ('${from}') TO ('${to}');
       END $$`,
    );
    this.#known.add(month);
  }
}
