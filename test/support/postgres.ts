import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import {
  createEvents,
  createLog,
  type Database,
  type EmbeddedPostgres,
  type Events,
  openDatabase,
  type RoomSchema,
  startEmbeddedPostgres,
} from '#platform';

/** One real PostgreSQL cluster for the whole run; each test asks for a database of its own on it. */
let cluster: Promise<{ server: EmbeddedPostgres; dataDir: string }> | undefined;

const quiet = createLog('silent');

async function startCluster(): Promise<{ server: EmbeddedPostgres; dataDir: string }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'alzette test '));
  return { server: await startEmbeddedPostgres({ dataDir, log: quiet }), dataDir };
}

/** A database nobody else uses, without tables. Returns its connection string. */
export async function emptyDatabase(): Promise<string> {
  cluster ??= startCluster();
  const { server } = await cluster;
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  return Object.assign(new URL(server.url), { pathname: `/${name}` }).href;
}

/** A fresh database with the tables of `rooms`, and the events that go with it. */
export async function testDatabase(options: {
  rooms: readonly RoomSchema[];
}): Promise<Database & { events: Events; [Symbol.asyncDispose](): Promise<void> }> {
  const url = await emptyDatabase();
  const database = await openDatabase({ url, rooms: options.rooms, log: quiet, poolSizeMax: 8 });
  const events = await createEvents({ url, pool: database.pool, log: quiet });
  const close = async () => {
    await events.close();
    await database.close();
  };
  return { ...database, events, close, [Symbol.asyncDispose]: close };
}

/** Stops the cluster; called once, after the last test. */
export async function stopCluster(): Promise<void> {
  if (cluster === undefined) return;
  const { server, dataDir } = await cluster;
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
