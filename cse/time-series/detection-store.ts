import type pg from 'pg';
import { dataGenerationKey } from './data-generation-time.ts';
import type { Progress } from './detection.ts';

/** How far detections of missing data are, and the windows of subscriptions to them. */

export interface KeptProgress extends Progress {
  /** Number of the timeSeries. */
  readonly no: number;
}

export async function readProgress(pool: pg.Pool): Promise<KeptProgress[]> {
  const { rows } = await pool.query<KeptProgress>(
    'SELECT no, first, relative, shift, next FROM cse.missing_data_detection',
  );
  return rows;
}

export async function keepProgress(pool: pg.Pool, progress: readonly KeptProgress[]): Promise<void> {
  await pool.query({
    name: 'progress of detections',
    text: `INSERT INTO cse.missing_data_detection (no, first, relative, shift, next)
      SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::boolean[], $4::bigint[], $5::bigint[])
      ON CONFLICT (no) DO UPDATE SET first = EXCLUDED.first, relative = EXCLUDED.relative, shift = EXCLUDED.shift,
        next = EXCLUDED.next`,
    values: [
      progress.map(({ no }) => no),
      progress.map(({ first }) => first),
      progress.map(({ relative }) => relative),
      progress.map(({ shift }) => shift),
      progress.map(({ next }) => next),
    ],
  });
}

export async function forgetDetection(pool: pg.Pool, no: number): Promise<void> {
  await pool.query('DELETE FROM cse.missing_data_detection WHERE no = $1', [no]);
}

export async function forgetWindow(pool: pg.Pool, subscription: number): Promise<void> {
  await pool.query('DELETE FROM cse.missing_data_window WHERE subscription = $1', [subscription]);
}

/** Leaves only what belongs to timeSeries that are watched, and to subscriptions that exist. */
export async function forgetLeftOver(pool: pg.Pool, watched: readonly number[]): Promise<void> {
  await pool.query('DELETE FROM cse.missing_data_detection WHERE NOT (no = ANY ($1::bigint[]))', [watched]);
  await pool.query(
    'DELETE FROM cse.missing_data_window w WHERE NOT EXISTS (SELECT FROM cse.resource r WHERE r.no = w.subscription)',
  );
}

/**
 * Those of some expected moments for which the timeSeries has no instance.
 * @param around generation times as text, from which on an instance would count and from which on no more
 */
export async function absentAt(
  pool: pg.Pool,
  no: number,
  expected: readonly number[],
  around: (milliseconds: number) => readonly [from: string, beyond: string],
): Promise<number[]> {
  const ranges = expected.map((milliseconds) => around(milliseconds).map(dataGenerationKey));
  const { rows } = await pool.query<{ at: number }>({
    name: 'absent instances',
    text: `SELECT e.at FROM unnest($2::bigint[], $3::text[], $4::text[]) AS e (at, first, beyond)
      WHERE NOT EXISTS (SELECT FROM cse.instance i WHERE i.no = $1 AND i.dgt >= e.first AND i.dgt < e.beyond)
      ORDER BY e.at`,
    values: [no, expected, ranges.map(([from]) => from), ranges.map(([, beyond]) => beyond)],
  });
  return rows.map(({ at }) => at);
}
