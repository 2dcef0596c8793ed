import pg from 'pg';
import { DataSource, type EntitySchema, type MigrationInterface } from 'typeorm';
import type { Log } from './log.ts';

/** What one room keeps in the database; its tables live in a PostgreSQL schema named like the room. */
export interface RoomSchema {
  readonly entities?: readonly EntitySchema[];
  /** Class names end in a 13-digit timestamp in milliseconds, which orders them over all rooms. */
  readonly migrations: readonly (new () => MigrationInterface)[];
}

export interface Database {
  readonly url: string;
  /** For hot paths: prepared, batched statements. */
  readonly pool: pg.Pool;
  /** For the domain: entities and repositories. */
  readonly orm: DataSource;
  close(): Promise<void>;
}

/** bigint columns that hold counters and sequence numbers stay below 2^53 and are read as numbers. */
const int8 = 20;
pg.types.setTypeParser(int8, Number);

/** Serialises migrations of several nodes that start together. */
const migrationLock = 0x416c7a65;

/**
 * Connects, brings every room's tables up to date and returns both ways to the database.
 *
 * @param options.poolSizeMax connections of `pool`; the ORM has four of its own
 * @throws when the server cannot be reached or a migration fails (that migration is rolled back as a whole)
 */
export async function openDatabase(options: {
  readonly url: string;
  readonly rooms: readonly RoomSchema[];
  readonly log: Log;
  readonly poolSizeMax?: number;
}): Promise<Database> {
  const { url, rooms, log } = options;
  const pool = new pg.Pool({
    connectionString: url,
    max: options.poolSizeMax ?? 16,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 60_000,
    application_name: 'alzette',
  });
  // An idle connection that breaks (server restarted) is replaced by the pool; unheard, it would end the process.
  pool.on('error', (error) => log.warn({ reason: error.message }, 'an idle database connection was lost'));

  const orm = new DataSource({
    type: 'postgres',
    url,
    entities: rooms.flatMap((room) => [...(room.entities ?? [])]),
    migrations: rooms.flatMap((room) => [...room.migrations]),
    migrationsTableName: 'migration',
    migrationsTransactionMode: 'each',
    applicationName: 'alzette-orm',
    poolSize: 4,
    poolErrorHandler: (error: Error) => log.warn({ reason: error.message }, 'an idle database connection was lost'),
  });
  const guard = await pool.connect();
  try {
    await guard.query('SELECT pg_advisory_lock($1)', [migrationLock]);
    await orm.initialize();
    const executed = await orm.runMigrations();
    if (executed.length > 0) log.info({ migrations: executed.map(({ name }) => name) }, 'database brought up to date');
  } catch (error) {
    guard.release(true);
    if (orm.isInitialized) await orm.destroy();
    await pool.end();
    throw error;
  }
  await guard.query('SELECT pg_advisory_unlock($1)', [migrationLock]);
  guard.release();

  return {
    url,
    pool,
    orm,
    async close() {
      await orm.destroy();
      await pool.end();
    },
  };
}

/**
 * Runs `work` in one transaction: committed when it resolves, rolled back when it rejects. A connection whose rollback
 * fails is not returned to the pool.
 */
export async function withTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((failure: Error) => {
      broken = failure;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
