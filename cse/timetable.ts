import type pg from 'pg';
import { type Log, messageOf } from '#platform';
import type { Background } from './background.ts';

/**
 * Does what is due.
 *
 * @param no number of the resource
 * @param done how often it was done before
 * @returns milliseconds until it is due again; undefined: never
 */
export type DueHandler = (no: number, done: number) => Promise<number | undefined>;

const underWayMax = 50;
/** Another node takes over what a node has begun and not finished within this time. */
const leaseSeconds = 90;
const sleepMsMax = 30_000;
/** Rests between two looks, so that what is due all the time keeps nobody busy. */
const sleepMsMin = 20;

interface Due {
  kind: string;
  no: number;
  done: number;
  leased: Date;
}

/** Things to be done at a time, kept in the database: each is done by one node, and restarts are survived. */
export class Timetable implements Background {
  readonly #pool: pg.Pool;
  readonly #log: Log;
  readonly #handlers = new Map<string, DueHandler>();
  readonly #underWay = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  /** Milliseconds since 1970. */
  #wakesAt = Number.POSITIVE_INFINITY;
  #looking: Promise<void> = Promise.resolve();
  #running = false;

  constructor(options: { readonly pool: pg.Pool; readonly log: Log }) {
    this.#pool = options.pool;
    this.#log = options.log;
  }

  handle(kind: string, handler: DueHandler): void {
    this.#handlers.set(kind, handler);
  }

  /** Enters something to be done, instead of what stood there for the same resource. */
  async put(kind: string, no: number, inMs: number): Promise<void> {
    await this.#pool.query({
      name: 'put into the timetable',
      text: `INSERT INTO cse.timetable (kind, no, due) VALUES ($1, $2, clock_timestamp() + $3 * interval '1 millisecond')
        ON CONFLICT (kind, no) DO UPDATE SET due = EXCLUDED.due, done = 0`,
      values: [kind, no, inMs],
    });
    this.#wakeIn(inMs);
  }

  async drop(kind: string, no: number): Promise<void> {
    await this.#pool.query('DELETE FROM cse.timetable WHERE kind = $1 AND no = $2', [kind, no]);
  }

  async start(): Promise<void> {
    this.#running = true;
    this.#wakeIn(0);
  }

  async stop(): Promise<void> {
    this.#running = false;
    clearTimeout(this.#timer);
    await this.#looking;
    await Promise.allSettled(this.#underWay);
  }

  #wakeIn(milliseconds: number): void {
    const at = Date.now() + Math.max(sleepMsMin, milliseconds);
    if (!this.#running || at >= this.#wakesAt) return;
    clearTimeout(this.#timer);
    this.#wakesAt = at;
    this.#timer = setTimeout(() => {
      this.#wakesAt = Number.POSITIVE_INFINITY;
      this.#looking = this.#looking.then(() => this.#look());
    }, at - Date.now());
  }

  async #look(): Promise<void> {
    if (!this.#running) return;
    let sleepMs = sleepMsMax;
    try {
      for (const due of await this.#claim()) {
        const work = this.#carryOut(due).finally(() => this.#underWay.delete(work));
        this.#underWay.add(work);
      }
      const { rows } = await this.#pool.query<{ ms: number | null }>({
        name: 'next in the timetable',
        text: `SELECT (extract(epoch FROM min(due) - clock_timestamp()) * 1000)::float8 AS ms
          FROM cse.timetable WHERE kind = ANY($1)`,
        values: [[...this.#handlers.keys()]],
      });
      if (typeof rows[0]?.ms === 'number') sleepMs = Math.min(sleepMs, rows[0].ms);
    } catch (error) {
      this.#log.warn({ reason: messageOf(error) }, 'what is due is looked for again');
    }
    // With all hands busy, the first that is free looks again.
    if (this.#underWay.size < underWayMax) this.#wakeIn(Math.ceil(sleepMs));
  }

  async #claim(): Promise<Due[]> {
    const { rows } = await this.#pool.query<Due>({
      name: 'claim what is due',
      text: `UPDATE cse.timetable t
        SET due = date_trunc('milliseconds', clock_timestamp() + interval '${leaseSeconds} seconds')
        FROM (SELECT kind, no FROM cse.timetable WHERE due <= clock_timestamp() AND kind = ANY($1)
              ORDER BY due LIMIT $2 FOR UPDATE SKIP LOCKED) d
        WHERE t.kind = d.kind AND t.no = d.no RETURNING t.kind, t.no, t.done, t.due AS leased`,
      values: [[...this.#handlers.keys()], underWayMax - this.#underWay.size],
    });
    return rows;
  }

  async #carryOut({ kind, no, done, leased }: Due): Promise<void> {
    try {
      const inMs = await this.#handlers.get(kind)?.(no, done);
      // What was entered anew, or dropped, meanwhile is left as it is.
      await (inMs === undefined
        ? this.#pool.query('DELETE FROM cse.timetable WHERE kind = $1 AND no = $2 AND due = $3', [kind, no, leased])
        : this.#pool.query(
            `UPDATE cse.timetable SET due = clock_timestamp() + $4 * interval '1 millisecond', done = done + 1
             WHERE kind = $1 AND no = $2 AND due = $3`,
            [kind, no, leased, inMs],
          ));
      this.#wakeIn(inMs ?? sleepMsMax);
    } catch (error) {
      this.#log.warn({ kind, no, reason: messageOf(error) }, 'something due failed; it is done again later');
      this.#wakeIn(sleepMsMax);
    }
  }
}
