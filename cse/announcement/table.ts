import type pg from 'pg';
import type { JsonObject } from '../primitive.ts';

/** One announced resource, or one that is to be: original and place. */
export interface Announcement {
  readonly id: number;
  /** Number of the original; of an instance, its container's. */
  readonly no: number;
  /** Place of an instance in its container. */
  readonly st: number | null;
  readonly ri: string;
  /** What was asked for: a CSE-ID, or the address of the parent. */
  readonly place: string;
  /** CSE-ID, with the SP-ID when it is another's. */
  readonly cse: string;
  /** Address of the announced resource; null: there is none yet. */
  readonly address: string | null;
  /** Its attributes, as they were sent. */
  readonly sent: JsonObject;
  /** False: it is to be deleted. */
  readonly wanted: boolean;
  readonly attempts: number;
  /** Since when it does not succeed. */
  readonly since: Date | null;
}

const columns = 'id, no, st, ri, place, cse, address, sent, wanted, attempts, since';

/** The table of announcements: what is to be at other CSEs, and what is. */
export class AnnouncementTable {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async isEmpty(): Promise<boolean> {
    return (await this.#pool.query('SELECT FROM cse.announcement LIMIT 1')).rowCount === 0;
  }

  async add(row: Pick<Announcement, 'no' | 'st' | 'ri' | 'place' | 'cse'>): Promise<Announcement> {
    const { rows } = await this.#pool.query<Announcement>(
      // Whoever adds it brings it about; should that be cut off, it is due a minute later.
      `INSERT INTO cse.announcement AS a (no, st, ri, place, cse, next_at)
       VALUES ($1, $2, $3, $4, $5, now() + interval '1 minute')
       ON CONFLICT (ri, place) DO UPDATE SET wanted = true, since = NULL, attempts = 0, next_at = EXCLUDED.next_at
       RETURNING ${columns}`,
      [row.no, row.st, row.ri, row.place, row.cse],
    );
    const [added] = rows;
    if (added === undefined) throw new Error('an INSERT with RETURNING returns its row');
    return added;
  }

  async of(ri: string): Promise<Announcement[]> {
    const { rows } = await this.#pool.query<Announcement>(
      `SELECT ${columns} FROM cse.announcement WHERE ri = $1 ORDER BY id`,
      [ri],
    );
    return rows;
  }

  async byId(id: number): Promise<Announcement | undefined> {
    const { rows } = await this.#pool.query<Announcement>(`SELECT ${columns} FROM cse.announcement WHERE id = $1`, [
      id,
    ]);
    return rows[0];
  }

  /** Address of the announced resource of an original at a CSE. */
  async addressOf(ri: string, cse: string): Promise<string | undefined> {
    const { rows } = await this.#pool.query<{ address: string }>(
      'SELECT address FROM cse.announcement WHERE ri = $1 AND cse = $2 AND wanted AND address IS NOT NULL ORDER BY id LIMIT 1',
      [ri, cse],
    );
    return rows[0]?.address;
  }

  async succeeded(id: number, address: string | null, sent: JsonObject): Promise<void> {
    await this.#pool.query(
      `UPDATE cse.announcement SET address = $2, sent = $3, next_at = NULL, attempts = 0, since = NULL WHERE id = $1`,
      [id, address, JSON.stringify(sent)],
    );
  }

  async failed(id: number, again: { readonly inMs: number } | undefined): Promise<void> {
    await this.#pool.query(
      `UPDATE cse.announcement SET attempts = attempts + 1, since = COALESCE(since, now()),
         next_at = now() + $2::double precision * interval '1 millisecond' WHERE id = $1`,
      [id, again?.inMs ?? null],
    );
  }

  async unwanted(ids: readonly number[]): Promise<void> {
    await this.#pool.query(
      'UPDATE cse.announcement SET wanted = false, next_at = now(), attempts = 0, since = NULL WHERE id = ANY ($1::bigint[])',
      [ids],
    );
  }

  /** The announced resource is gone at the other CSE: it has to be made again. */
  async lost(id: number): Promise<void> {
    await this.#pool.query(`UPDATE cse.announcement SET address = NULL, sent = '{}' WHERE id = $1`, [id]);
  }

  async remove(id: number): Promise<void> {
    await this.#pool.query('DELETE FROM cse.announcement WHERE id = $1', [id]);
  }

  /** Originals have changed. @returns how many announcements have to be looked at */
  async touched(ris: readonly string[]): Promise<number> {
    const { rowCount } = await this.#pool.query(
      'UPDATE cse.announcement SET next_at = now(), attempts = 0 WHERE ri = ANY ($1::text[])',
      [ris],
    );
    return rowCount ?? 0;
  }

  /** The policies of a resource have changed, which those below it without their own are announced with. */
  async touchedBelow(path: string): Promise<number> {
    const { rowCount } = await this.#pool.query(
      `UPDATE cse.announcement a SET next_at = now(), attempts = 0 FROM cse.resource r
       WHERE r.no = a.no AND (r.path = $1 OR r.path > $1 || '/' AND r.path < $1 || '0')`,
      [path],
    );
    return rowCount ?? 0;
  }

  /** Announcements whose original is there no more. */
  async orphaned(): Promise<number> {
    const { rowCount } = await this.#pool.query(
      `UPDATE cse.announcement a SET wanted = false, next_at = now(), attempts = 0, since = NULL
       WHERE wanted AND (NOT EXISTS (SELECT FROM cse.resource r WHERE r.no = a.no)
         OR st IS NOT NULL AND NOT EXISTS (SELECT FROM cse.instance i WHERE i.no = a.no AND i.st = a.st))`,
    );
    return rowCount ?? 0;
  }

  /**
   * Everything has to be looked at: what happened while nobody was there is not known. What another node may be making
   * just now is left to its lease; doing the rest twice does no harm.
   */
  async touchAll(): Promise<void> {
    await this.#pool.query('UPDATE cse.announcement SET next_at = now() WHERE next_at IS NULL OR address IS NOT NULL');
  }

  /** Takes what is due; for the time of the lease no other node takes it. */
  async due(limit: number, leaseMs: number): Promise<Announcement[]> {
    const { rows } = await this.#pool.query<Announcement>(
      `UPDATE cse.announcement SET next_at = now() + $2::double precision * interval '1 millisecond'
       WHERE id IN (SELECT id FROM cse.announcement WHERE next_at <= now() ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED)
       RETURNING ${columns}`,
      [limit, leaseMs],
    );
    return rows.sort((one, other) => one.id - other.id);
  }

  /** Writes `at` into a stored instance, which nothing else changes. */
  async writeInstance(no: number, st: number, at: readonly string[]): Promise<void> {
    await this.#pool.query(
      `UPDATE cse.instance SET body = (body::jsonb || jsonb_build_object('at', $3::jsonb))::text WHERE no = $1 AND st = $2`,
      [no, st, JSON.stringify(at)],
    );
  }
}
