import type pg from 'pg';

/** What waits longer than this is given up. */
export const ageMsMax = 72 * 3_600_000;

/**
 * Gives up notifications that are too old, or too many for one target from all its subscriptions: those of a lower `nsp` first, then the older
 * (notificationCongestionPolicy, TS-0001 §9.6.3).
 *
 * @returns how many were given up
 */
export async function giveUpSurplus(pool: pg.Pool, perTargetMax: number): Promise<number> {
  const old = await pool.query('DELETE FROM cse.notification WHERE at < now() - make_interval(secs => $1)', [
    ageMsMax / 1000,
  ]);
  const much = await pool.query(
    `WITH crowded AS (SELECT target FROM cse.notification GROUP BY target HAVING count(*) > $1),
       ranked AS (
         SELECT n.id, row_number() OVER (
           PARTITION BY n.target ORDER BY COALESCE((s.attributes->>'nsp')::bigint, 0) DESC, n.id DESC) AS place
         FROM cse.notification n JOIN crowded USING (target) LEFT JOIN cse.resource s ON s.no = n.subscription)
     DELETE FROM cse.notification n USING ranked WHERE ranked.id = n.id AND ranked.place > $1`,
    [perTargetMax],
  );
  return (old.rowCount ?? 0) + (much.rowCount ?? 0);
}
