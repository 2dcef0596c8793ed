import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Config, Counter, Gauge, type Log, Refusal, type Registry, StartupError } from '#platform';
import type { Backoff } from './backoff.ts';
import type { CseAccess, Figures } from './handshake.ts';
import { createEditorProxy, type EditorProxy } from './proxy.ts';
import { Supervisor } from './supervisor.ts';

export interface FlowsOptions {
  readonly config: Pick<Config, 'dataDir' | 'log'>;
  /** HTTP binding of the CSE: `http://127.0.0.1:8080`. */
  readonly cseUrl: string;
  readonly cseCredential: { readonly originator: string; readonly token: string };
  /** Web server that carries `/api/territory`: `http://127.0.0.1:3000`. */
  readonly territoryUrl: string;
  readonly territoryToken: string;
  readonly log: Log;
  readonly metrics: Registry;
  /** Largest heap of the process; default 192 MiB. */
  readonly memoryMegabytesMax?: number;
  readonly backoff?: Backoff;
}

export interface Flows extends EditorProxy {
  /** Resolves the first time the process is ready. */
  readonly ready: Promise<void>;
  /** Undefined while the process is down. */
  readonly pid: number | undefined;
  /** For `/readyz`. @throws Refusal 503 with the reason while the process is down */
  check(): Promise<void>;
  /** Lets messages under way finish, within a bounded time, and ends the process. */
  stop(): Promise<void>;
}

/** Path under which the editor is published. */
const publicPath = '/flows';

/** Starts the flows process and keeps it running. Returns at once; `ready` tells when it works. */
export function startFlows(options: FlowsOptions): Flows {
  const { config, log, metrics } = options;
  const userDir = createUserDir(config.dataDir);
  const cse: CseAccess = { url: options.cseUrl, ...options.cseCredential };
  const figures = registerFigures(metrics);
  const supervisor = new Supervisor({
    script: new URL('./process.ts', import.meta.url),
    execArgv: confinement(userDir, options.memoryMegabytesMax ?? 192),
    env: allowedEnvironment(process.env),
    cwd: userDir,
    order: () => ({
      kind: 'start',
      secret: randomBytes(32).toString('base64url'),
      userDir,
      publicPath,
      cse,
      territory: { url: options.territoryUrl, token: options.territoryToken },
      logLevel: config.log.level,
    }),
    log,
    ...(options.backoff === undefined ? {} : { backoff: options.backoff }),
    onFigures: figures.set,
    onRestart: figures.restarted,
  });
  figures.watch(() => supervisor.door !== undefined);
  supervisor.start();
  return {
    ...createEditorProxy({ door: () => supervisor.door, log }),
    ready: supervisor.ready,
    get pid() {
      return supervisor.pid;
    },
    check() {
      return supervisor.door === undefined
        ? Promise.reject(new Refusal(503, 'flows-not-running', `the flows process is down: ${supervisor.lastFailure}`))
        : Promise.resolve();
    },
    stop: () => supervisor.stop(),
  };
}

function createUserDir(dataDir: string): string {
  const userDir = join(dataDir, 'flows');
  try {
    mkdirSync(userDir, { recursive: true, mode: 0o700 });
    return realpathSync(userDir);
  } catch (error) {
    throw new StartupError(
      `The folder of the flows, ${userDir}, cannot be created: ${error instanceof Error ? error.message : error}`,
      'Make the data directory writable, or choose another one with ALZETTE_DATA_DIR.',
    );
  }
}

/**
 * What the process may touch: code to read, its own folder to write, no child processes, no native modules. Code that
 * escapes from a function node can neither read the keys of the house nor start programs.
 */
function confinement(userDir: string, memoryMegabytesMax: number): string[] {
  const house = fileURLToPath(new URL('..', import.meta.url));
  // Folders that are links (a shared node_modules, say) are read under both names.
  const readable = ['flows', 'platform', 'ontologies', 'cse', 'territory', 'node_modules', 'package.json']
    .map((name) => join(house, name))
    .filter((path) => existsSync(path))
    .flatMap((path) => [path, realpathSync(path)]);
  return [
    `--max-old-space-size=${memoryMegabytesMax}`,
    '--max-semi-space-size=8',
    '--permission',
    ...[...new Set([...readable, userDir])].map((path) => `--allow-fs-read=${path}`),
    `--allow-fs-write=${userDir}`,
    '--disable-warning=SecurityWarning',
    '--disable-warning=DEP0040', // punycode, used by a dependency of Node-RED
  ];
}

/** Function nodes can read the environment of their process, so it holds nothing of the house's configuration. */
function allowedEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const allowed = [
    'TZ',
    'LANG',
    'LC_ALL',
    'NODE_EXTRA_CA_CERTS',
    'SSL_CERT_FILE',
    'HTTP_PROXY',
    'HTTPS_PROXY',
    'NO_PROXY',
  ];
  const wanted = new Set([...allowed, ...allowed.map((name) => name.toLowerCase())]);
  return {
    ...Object.fromEntries(Object.entries(env).filter(([name]) => wanted.has(name))),
    NODE_ENV: 'production',
    MALLOC_ARENA_MAX: '2', // see docs/decisions/memory.md
  };
}

function registerFigures(metrics: Registry) {
  const registers = [metrics];
  const restarts = new Counter({
    name: 'alzette_flows_restarts_total',
    help: 'Times the flows process was started again.',
    registers,
  });
  const messages = new Gauge({
    name: 'alzette_flows_messages',
    help: 'Messages of the flows since their process started, by fate; in_flight: right now.',
    labelNames: ['fate'],
    registers,
  });
  const retries = new Gauge({
    name: 'alzette_flows_retries',
    help: 'Requests of the flows that were tried again since their process started.',
    registers,
  });
  const memory = new Gauge({ name: 'alzette_flows_rss_bytes', help: 'Memory of the flows process.', registers });
  return {
    restarted: () => restarts.inc(),
    watch(isUp: () => boolean) {
      new Gauge({
        name: 'alzette_flows_up',
        help: '1 while the flows process is ready.',
        registers,
        collect() {
          this.set(isUp() ? 1 : 0);
        },
      });
    },
    set(now: Figures) {
      messages.set({ fate: 'received' }, now.received);
      messages.set({ fate: 'settled' }, now.settled);
      messages.set({ fate: 'quarantined' }, now.quarantined);
      messages.set({ fate: 'in_flight' }, now.inFlight);
      retries.set(now.retries);
      memory.set(now.rssBytes);
    },
  };
}
