import type pg from 'pg';
import { type Log, messageOf } from '#platform';

/** Elements of a service statistics collection record, TS-0001 Table 10.2.11.14-1. */
export interface StatisticsEvent {
  readonly statsCollectId: string;
  readonly collectingEntityId: string;
  readonly collectedEntityId: string;
  /** Value of eventType. */
  readonly event: number;
  /** Value of operation; 0: the event is not an operation. */
  readonly operation: number;
  readonly sizeBytes: number;
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly end: number;
}

interface Counted extends StatisticsEvent {
  count: number;
  bytes: number;
  until: number;
}

const flushAfterMs = 1_000;
const hourMs = 3_600_000;
const cleanEveryMs = 24 * hourMs;
/** Distinct records that are collected in memory; with more, they are written early. */
const collectedMax = 5_000;

/**
 * Writes statistics down: one row for each collection, entity, kind of event and operation in an hour, with their number
 * and size. They are collected for a second, so that counting takes nothing from requests.
 */
export class Records {
  readonly #pool: pg.Pool;
  readonly #log: Log;
  readonly #retentionDays: number;
  #collected = new Map<string, Counted>();
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #cleanedAt = 0;

  constructor(options: { readonly pool: pg.Pool; readonly log: Log; readonly retentionDays: number }) {
    this.#pool = options.pool;
    this.#log = options.log;
    this.#retentionDays = options.retentionDays;
  }

  add(event: StatisticsEvent): void {
    const hour = Math.floor(event.end / hourMs);
    const key = JSON.stringify([event.statsCollectId, event.collectedEntityId, event.event, event.operation, hour]);
    const known = this.#collected.get(key);
    if (known === undefined) this.#collected.set(key, { ...event, count: 1, bytes: event.sizeBytes, until: event.end });
    else {
      known.count += 1;
      known.bytes = Math.max(known.bytes, event.sizeBytes);
      known.until = event.end;
    }
    if (this.#collected.size >= collectedMax) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), flushAfterMs);
  }

  async stop(): Promise<void> {
    this.#flush();
    await this.#writing;
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const rows = [...this.#collected.values()];
    this.#collected = new Map();
    if (rows.length === 0) return;
    this.#writing = this.#writing
      .then(() => this.#write(rows))
      .catch((error: unknown) =>
        this.#log.warn({ records: rows.length, reason: messageOf(error) }, 'statistics could not be stored'),
      );
  }

  async #write(rows: readonly Counted[]): Promise<void> {
    await this.#pool.query({
      name: 'statistics',
      text: `INSERT INTO cse.statistics_record AS r
          (stats_collect_id, collecting_entity_id, collected_entity_id, event, operation, hour, event_start, event_end, count, size_bytes)
        SELECT c, g, d, e, o, date_trunc('hour', u), s, u, n, b
        FROM unnest($1::text[], $2::text[], $3::text[], $4::smallint[], $5::smallint[], $6::timestamptz[],
          $7::timestamptz[], $8::bigint[], $9::bigint[]) AS x (c, g, d, e, o, s, u, n, b)
        ON CONFLICT (stats_collect_id, collected_entity_id, event, operation, hour) DO UPDATE SET
          event_start = least(r.event_start, EXCLUDED.event_start), event_end = greatest(r.event_end, EXCLUDED.event_end),
          count = r.count + EXCLUDED.count, size_bytes = greatest(r.size_bytes, EXCLUDED.size_bytes)`,
      values: [
        rows.map(({ statsCollectId }) => statsCollectId),
        rows.map(({ collectingEntityId }) => collectingEntityId),
        rows.map(({ collectedEntityId }) => collectedEntityId),
        rows.map(({ event }) => event),
        rows.map(({ operation }) => operation),
        rows.map(({ start }) => new Date(start)),
        rows.map(({ until }) => new Date(until)),
        rows.map(({ count }) => count),
        rows.map(({ bytes }) => bytes),
      ],
    });
    if (Date.now() - this.#cleanedAt < cleanEveryMs) return;
    this.#cleanedAt = Date.now();
    await this.#pool.query("DELETE FROM cse.statistics_record WHERE hour < now() - $1 * interval '1 day'", [
      this.#retentionDays,
    ]);
  }
}
