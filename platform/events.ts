import pg from 'pg';
import { messageOf } from './errors.ts';
import type { Log } from './log.ts';

/**
 * Small signals between nodes over PostgreSQL `LISTEN`/`NOTIFY`: "look again", never the data itself. A signal may be
 * missed while the connection is being replaced; `onReconnect` listeners then look again at everything they watch.
 */
export interface Events {
  /**
   * Tells every node, this one included, after at most a few milliseconds.
   * @param payload less than 8000 bytes
   */
  publish(channel: string, payload: string): Promise<void>;
  /** @returns how to stop listening */
  subscribe(channel: string, listener: (payload: string) => void): () => void;
  onReconnect(listener: () => void): void;
  close(): Promise<void>;
}

const reconnectDelayMs = 500;

/** Opens the listening connection and keeps it open. */
export async function createEvents(options: { url: string; pool: pg.Pool; log: Log }): Promise<Events> {
  const { url, pool, log } = options;
  const listeners = new Map<string, Set<(payload: string) => void>>();
  const reconnected = new Set<() => void>();
  let client: pg.Client | undefined;
  let closed = false;
  let retry: NodeJS.Timeout | undefined;

  async function connect(): Promise<void> {
    const next = new pg.Client({ connectionString: url, application_name: 'alzette-events', keepAlive: true });
    next.on('error', (error) => log.warn({ reason: error.message }, 'the event connection was lost'));
    next.on('end', () => {
      if (client === next) client = undefined;
      scheduleReconnect();
    });
    next.on('notification', ({ channel, payload }) => {
      for (const listener of listeners.get(channel) ?? []) listener(payload ?? '');
    });
    await next.connect();
    client = next;
    for (const channel of listeners.keys()) await next.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
  }

  function scheduleReconnect(): void {
    if (closed || retry !== undefined) return;
    retry = setTimeout(async () => {
      retry = undefined;
      try {
        await connect();
        for (const listener of reconnected) listener();
      } catch (error) {
        log.debug({ reason: messageOf(error) }, 'the event connection is still away');
        scheduleReconnect();
      }
    }, reconnectDelayMs);
  }

  await connect();
  return {
    async publish(channel, payload) {
      await pool.query('SELECT pg_notify($1, $2)', [channel, payload]);
    },
    subscribe(channel, listener) {
      const set = listeners.get(channel) ?? new Set();
      if (set.size === 0) {
        listeners.set(channel, set);
        client?.query(`LISTEN ${pg.escapeIdentifier(channel)}`).catch((error: Error) => {
          log.warn({ channel, reason: error.message }, 'the channel is listened to after the next reconnection');
        });
      }
      set.add(listener);
      return () => set.delete(listener);
    },
    onReconnect(listener) {
      reconnected.add(listener);
    },
    async close() {
      closed = true;
      clearTimeout(retry);
      await client?.end();
    },
  };
}
