import type pg from 'pg';
import { type Log, messageOf } from '#platform';

/** Another node takes over what a node has claimed and not renewed within this time. */
const leaseSeconds = 30;
const renewEveryMs = 10_000;
/** States of a <request> that is not finished: pending, forwarded, partially completed; as the index has them. */
const unfinished = "ty = 17 AND attributes->>'rs' IN ('3', '4', '5')";

export interface Unfinished {
  readonly no: number;
  readonly originator: string;
  readonly rqi: string;
  readonly oet: string | null;
}

/** Who carries out which request, in the database: each is carried out by one node at a time. */
export class Claims {
  readonly #pool: pg.Pool;
  readonly #log: Log;
  readonly #held = new Set<number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(pool: pg.Pool, log: Log) {
    this.#pool = pool;
    this.#log = log;
  }

  /** Requests that are not finished, from oldest to newest. */
  async unfinished(): Promise<Unfinished[]> {
    const { rows } = await this.#pool.query<Unfinished>(
      `SELECT no, attributes->>'org' AS originator, attributes->>'rid' AS rqi, attributes->'mi'->>'oet' AS oet
       FROM cse.resource WHERE ${unfinished} ORDER BY no`,
    );
    return rows;
  }

  /** @returns false when another node has it, or it is finished */
  async take(no: number): Promise<boolean> {
    const { rowCount } = await this.#pool.query({
      name: 'claim a request',
      text: `INSERT INTO cse.request_claim (no, until)
        SELECT no, clock_timestamp() + interval '${leaseSeconds} seconds' FROM cse.resource WHERE no = $1 AND ${unfinished}
        ON CONFLICT (no) DO UPDATE SET until = EXCLUDED.until WHERE request_claim.until < clock_timestamp()`,
      values: [no],
    });
    if (rowCount === 0) return false;
    this.#held.add(no);
    this.#timer ??= setInterval(() => void this.#renew(), renewEveryMs);
    return true;
  }

  async release(no: number): Promise<void> {
    this.#held.delete(no);
    if (this.#held.size === 0) this.close();
    await this.#pool
      .query({ name: 'release a request', text: 'DELETE FROM cse.request_claim WHERE no = $1', values: [no] })
      .catch((error: unknown) =>
        this.#log.warn({ no, reason: messageOf(error) }, 'a request stays claimed for a while'),
      );
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #renew(): Promise<void> {
    await this.#pool
      .query({
        name: 'renew claims of requests',
        text: `UPDATE cse.request_claim SET until = clock_timestamp() + interval '${leaseSeconds} seconds' WHERE no = ANY ($1)`,
        values: [[...this.#held]],
      })
      .catch((error: unknown) => this.#log.warn({ reason: messageOf(error) }, 'claims of requests are renewed later'));
  }
}
