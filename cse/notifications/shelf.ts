import type pg from 'pg';

/** What all queues of notifications share. */
export class Shelf {
  readonly pool: pg.Pool;
  readonly stopping: AbortSignal;
  /** Dealt with, but not yet removed from the store. */
  readonly settled = new Set<number>();
  /** Notifications in memory. */
  held = 0;
  #clearing: Promise<void> = Promise.resolve();

  constructor(pool: pg.Pool, stopping: AbortSignal) {
    this.pool = pool;
    this.stopping = stopping;
  }

  /** Removes from the store what is dealt with, many at once. */
  clear(): Promise<void> {
    this.#clearing = this.#clearing
      .catch(() => {})
      .then(async () => {
        const ids = [...this.settled];
        if (ids.length === 0) return;
        await this.pool.query({
          name: 'settle notifications',
          text: 'DELETE FROM cse.notification WHERE id = ANY ($1::bigint[])',
          values: [ids],
        });
        for (const id of ids) this.settled.delete(id);
      });
    return this.#clearing;
  }
}
