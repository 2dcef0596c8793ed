import type pg from 'pg';

/** When actions fired, and how often; claims are single statements, so that only one node gets each. */

/** @returns 0 when the action may fire now, otherwise the milliseconds it has to rest */
export async function claimPeriodic(pool: pg.Pool, action: number, everyMs: number): Promise<number> {
  const { rowCount } = await pool.query({
    name: 'claim a periodic action',
    text: `INSERT INTO cse.action_firing AS f (action, last_at, fired) VALUES ($1, clock_timestamp(), 1)
      ON CONFLICT (action) DO UPDATE SET last_at = EXCLUDED.last_at, fired = f.fired + 1
      WHERE f.last_at + $2 * interval '1 millisecond' <= EXCLUDED.last_at`,
    values: [action, everyMs],
  });
  if (rowCount === 1) return 0;
  const { rows } = await pool.query<{ rests: number }>({
    name: 'rest of a periodic action',
    text: `SELECT ceil($2 - extract(epoch FROM clock_timestamp() - last_at) * 1000)::float8 AS rests
      FROM cse.action_firing WHERE action = $1`,
    values: [action, everyMs],
  });
  return Math.max(1, rows[0]?.rests ?? 1);
}

/** @returns how often the action has fired with this one; undefined when it has fired often enough */
export async function claimContinuous(pool: pg.Pool, action: number, times: number): Promise<number | undefined> {
  const { rows } = await pool.query<{ fired: number }>({
    name: 'claim a continuous action',
    text: `INSERT INTO cse.action_firing AS f (action, last_at, fired) VALUES ($1, clock_timestamp(), 1)
      ON CONFLICT (action) DO UPDATE SET last_at = EXCLUDED.last_at, fired = f.fired + 1
      WHERE f.fired < $2 RETURNING f.fired`,
    values: [action, times],
  });
  return rows[0]?.fired;
}

/** An action starts anew. */
export async function forgetFirings(pool: pg.Pool, action: number): Promise<void> {
  await pool.query('DELETE FROM cse.action_firing WHERE action = $1', [action]);
}

/** Actions that are gone leave nothing. */
export async function forgetLeftOver(pool: pg.Pool): Promise<void> {
  await pool.query(
    'DELETE FROM cse.action_firing f WHERE NOT EXISTS (SELECT FROM cse.resource r WHERE r.no = f.action)',
  );
}
