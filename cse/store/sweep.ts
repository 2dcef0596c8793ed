import type pg from 'pg';
import { type Log, messageOf } from '#platform';
import { nowTimestamp } from '../timestamp.ts';
import type { Resource } from './resource.ts';
import { type InstanceRow, type ResourceRow, resourceColumns, type Store, toInstance, toResource } from './store.ts';

const everyMs = 1_000;
const resourcesPerSweep = 200;
const instancesPerStatement = 5_000;
const statementsPerSweep = 10;

/** Whether a subscription to a container asks for the deletion of its instances. */
const endIsTold = (no: string): string =>
  `EXISTS (SELECT FROM cse.resource s WHERE s.parent_no = ${no} AND s.ty = 23 AND s.attributes->'enc'->'net' @> '4')`;

/**
 * Removes what has expired and what deleted containers have left behind, a bounded piece at a time, in the background.
 * Requests do not see expired resources even before that.
 */
export class Sweep {
  readonly #pool: pg.Pool;
  readonly #store: Store;
  readonly #log: Log;
  readonly #expire: (resource: Resource) => Promise<void>;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  /** @param options.expire deletes an expired resource as a request would, so that subscribers are told */
  constructor(options: { pool: pg.Pool; store: Store; log: Log; expire: (resource: Resource) => Promise<void> }) {
    this.#pool = options.pool;
    this.#store = options.store;
    this.#log = options.log;
    this.#expire = options.expire;
  }

  start(): void {
    this.#timer = setTimeout(() => {
      this.#running = this.#sweep()
        .catch((error: unknown) => this.#log.warn({ reason: messageOf(error) }, 'the sweep will try again'))
        .finally(() => {
          if (this.#timer !== undefined) this.start();
        });
    }, everyMs);
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#running;
  }

  async #sweep(): Promise<void> {
    await this.#expiredResources();
    await this.#expiredInstancesTold();
    for (let round = 0; round < statementsPerSweep && this.#timer !== undefined; round += 1) {
      const removed = (await this.#expiredInstances()) + (await this.#leftOverInstances());
      if (removed === 0) break;
    }
  }

  async #expiredResources(): Promise<void> {
    const { rows } = await this.#pool.query<ResourceRow>({
      name: 'expired resources',
      // The deepest first: children go before their parents, and each tells its own subscribers.
      text: `SELECT ${resourceColumns} FROM cse.resource r LEFT JOIN cse.resource p ON p.no = r.parent_no
        WHERE r.et <= $1 AND r.et < '9999' ORDER BY r.depth DESC LIMIT ${resourcesPerSweep}`,
      values: [nowTimestamp()],
    });
    for (const row of rows)
      await this.#expire(toResource(row)).catch((error: unknown) => {
        this.#log.debug({ path: row.path, reason: messageOf(error) }, 'an expired resource was gone already');
      });
  }

  /** Instances past their time whose end a subscription asks for (event type 4, TS-0001 Table 9.6.8-3). */
  async #expiredInstancesTold(): Promise<void> {
    const { rows } = await this.#pool.query<InstanceRow>({
      name: 'expired instances to be told of',
      text: `WITH due AS MATERIALIZED (
          SELECT no, st FROM cse.instance WHERE et <= $1 AND et < '9999' ORDER BY et LIMIT ${instancesPerStatement})
        SELECT i.no, i.st, i.rn, i.ct, i.et, i.cs, i.body FROM due JOIN cse.instance i USING (no, st)
        WHERE ${endIsTold('due.no')} ORDER BY i.no, i.st LIMIT ${resourcesPerSweep}`,
      values: [nowTimestamp()],
    });
    for (const row of rows) {
      const container = await this.#store.byNumber(row.no);
      if (container === undefined) continue;
      await this.#expire(toInstance(container, row)).catch((error: unknown) => {
        this.#log.debug({ path: container.path, reason: messageOf(error) }, 'an expired instance was gone already');
      });
    }
  }

  /** Other instances past their time; silent, like eviction, but the counters follow in the same statement. */
  async #expiredInstances(): Promise<number> {
    const { rows } = await this.#pool.query<{ no: number; count: number }>({
      name: 'expired instances',
      text: `WITH doomed AS MATERIALIZED (
          SELECT no, st FROM (
            SELECT no, st FROM cse.instance WHERE et <= $1 AND et < '9999' ORDER BY et LIMIT ${instancesPerStatement}) AS due
          WHERE NOT ${endIsTold('due.no')}),
        locked AS MATERIALIZED (
          SELECT no FROM cse.counter WHERE no IN (SELECT no FROM doomed) ORDER BY no FOR UPDATE),
        gone AS (
          DELETE FROM cse.instance i USING doomed d, locked l
          WHERE i.no = d.no AND i.st = d.st AND l.no = i.no RETURNING i.no, i.cs),
        freed AS (SELECT no, count(*) AS count, sum(cs) AS bytes FROM gone GROUP BY no)
        UPDATE cse.counter c SET cni = c.cni - freed.count, cbs = c.cbs - freed.bytes FROM freed WHERE c.no = freed.no
        RETURNING c.no, freed.count`,
      values: [nowTimestamp()],
    });
    const containers = rows.map(({ no }) => no);
    this.#store.invalidate({ containers, resources: [], subscribed: [], subtrees: [] });
    return rows.reduce((sum, { count }) => sum + count, 0);
  }

  async #leftOverInstances(): Promise<number> {
    const { rows } = await this.#pool.query<{ no: number }>('SELECT no FROM cse.garbage LIMIT 1');
    const no = rows[0]?.no;
    if (no === undefined) return 0;
    const { rowCount } = await this.#pool.query({
      name: 'left over instances',
      text: `DELETE FROM cse.instance WHERE no = $1 AND st IN (
        SELECT st FROM cse.instance WHERE no = $1 ORDER BY st LIMIT ${instancesPerStatement})`,
      values: [no],
    });
    if ((rowCount ?? 0) < instancesPerStatement) await this.#pool.query('DELETE FROM cse.garbage WHERE no = $1', [no]);
    return Math.max(rowCount ?? 0, 1);
  }
}
