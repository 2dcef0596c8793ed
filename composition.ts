/** What `npm start` and `npm run cse` compose in the same way. */
import { accessSync, constants, mkdirSync } from 'node:fs';
import {
  attachWebSocketBinding,
  type Cse,
  type CseOptions,
  createCse,
  ServerCertificate,
  startCoapBinding,
  startMqttBinding,
} from '#cse';
import {
  type Config,
  cannotListen,
  createEvents,
  type createMetrics,
  type Database,
  type Events,
  installationSecret,
  type Lifecycle,
  type Log,
  lockDataDir,
  messageOf,
  openDatabase,
  type RoomSchema,
  StartupError,
  startEmbeddedPostgres,
} from '#platform';
import type { Progress } from './start-output.ts';

/** What everything is started with; what was started is registered with `lifecycle`. */
export interface Foundation {
  readonly config: Config;
  readonly lifecycle: Lifecycle;
  readonly log: Log;
  readonly metrics: ReturnType<typeof createMetrics>;
  readonly progress: Progress;
}

/** Makes the data directory, and this process the only one that works on it. */
export function takeDataDir({ config, lifecycle }: Foundation): void {
  try {
    mkdirSync(config.dataDir, { recursive: true });
    accessSync(config.dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new StartupError(
      `The data directory ${config.dataDir} cannot be written: ${messageOf(error)}`,
      'Give this user the right to write there, or choose another directory with ALZETTE_DATA_DIR.',
      { cause: error },
    );
  }
  const release = lockDataDir(config.dataDir);
  lifecycle.onStop('lock', release);
}

/** The embedded database, or the one the configuration names, with the tables of these rooms. */
export async function startDatabase(
  { config, lifecycle, log, progress }: Foundation,
  rooms: readonly RoomSchema[],
): Promise<{ database: Database; events: Events; url: string }> {
  const url = await progress.step('Database', async (say) => {
    if (config.database.url !== null) return config.database.url;
    const server = await startEmbeddedPostgres({ dataDir: config.dataDir, log, onProgress: say });
    lifecycle.onStop('embedded database', () => server.stop(), 40_000);
    return server.url;
  });
  const { poolSizeMax } = config.database;
  const database = await openDatabase({ url, rooms, log, poolSizeMax }).catch((error: unknown) => {
    throw new StartupError(
      `The database cannot be used: ${messageOf(error)}`,
      'Check DATABASE_URL and that the server runs.',
      { cause: error },
    );
  });
  lifecycle.onStop('database', () => database.close());
  const events = await createEvents({ url, pool: database.pool, log });
  lifecycle.onStop('events', () => events.close());
  return { database, events, url };
}

/** The CSE with all its doors; it then registers with its registrar. */
export function startCse(
  foundation: Foundation,
  { database, events }: Pick<CseOptions, 'database' | 'events'>,
  operatorRules: NonNullable<CseOptions['operatorRules']> = [],
): Promise<Cse> {
  const { config, lifecycle, metrics, progress } = foundation;
  return progress.step('CSE', async () => {
    const log = foundation.log.child({ room: 'cse' });
    const cse = await createCse({ config, database, events, log, metrics, operatorRules });
    lifecycle.onStop('CSE', () => cse.stop(), 20_000);
    await openCseDoors(cse, foundation);
    cse.join();
    return cse;
  });
}

/** Every door of the CSE that listens on a port of its own. */
async function openCseDoors(cse: Cse, { config, lifecycle, log, metrics }: Foundation): Promise<void> {
  const { host, tls } = config;
  const door = async <T>(name: string, address: string, setting: string, open: () => Promise<T>): Promise<T> => {
    try {
      return await open();
    } catch (error) {
      throw error instanceof StartupError ? error : cannotListen(error, `${address} (${name})`, setting);
    }
  };
  const certificate = tls.certificateFile === null ? undefined : new ServerCertificate(tls, log);
  if (certificate !== undefined) lifecycle.onStop('TLS certificate', () => certificate.close());
  const mqtt = await door('MQTT', `${host}:${config.mqtt.port}`, 'ALZETTE_MQTT_PORT', () =>
    startMqttBinding({ cse, config, log, metrics }),
  );
  lifecycle.onStop('MQTT binding', () => mqtt.close());
  const coap = await door('CoAP', `${host}:${config.coap.port}`, 'ALZETTE_COAP_PORT', () =>
    startCoapBinding({ cse, config, log, metrics }),
  );
  lifecycle.onStop('CoAP binding', () => coap.close());
  const webSocket = attachWebSocketBinding({ cse, config, log, metrics });
  lifecycle.onStop('WebSocket binding', () => webSocket.close());
  await door('oneM2M HTTP', `${host}:${config.cse.port}`, 'ALZETTE_CSE_PORT', () =>
    cse.http.listen(config.cse.port, host),
  );
  lifecycle.onStop('HTTP binding', () => cse.http.close());
  if (certificate === undefined) return;
  const securely = tls.host ?? host;
  await door('oneM2M HTTPS', `${securely}:${tls.csePort}`, 'ALZETTE_TLS_CSE_PORT', () =>
    cse.http.listenSecurely(certificate, tls.csePort, securely),
  );
  await door('MQTT over TLS', `${securely}:${tls.mqttPort}`, 'ALZETTE_TLS_MQTT_PORT', () =>
    mqtt.listenSecurely(certificate, tls.mqttPort, securely),
  );
}

/** The administrator's token lives as long as the installation, so that scripts can rely on it. */
export async function administratorToken(cse: Cse, config: Config): Promise<void> {
  const label = 'administrator';
  const known = await cse.credentials.list();
  if (known.some((credential) => credential.label === label)) return;
  const { token } = await cse.credentials.issue({ originator: config.cse.admin, label });
  installationSecret(config.dataDir, 'cse-admin', () => token);
}

/** Addresses that mean "every interface" are for listening, not for connecting. */
export const connectable = (host: string): string => (host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host);

/** Stops in order at the first SIGINT or SIGTERM; the third ends the process at once. */
export function stopOnSignals(lifecycle: Lifecycle, log: Log): void {
  let asked = 0;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      asked += 1;
      if (asked === 1) {
        process.stdout.write('\nStopping: finishing what is under way…\n');
        lifecycle.stop().then(() => process.exit(0));
      } else if (asked === 3) {
        process.exit(1); // somebody insists
      }
    });
  }
  process.on('unhandledRejection', (error) => {
    log.fatal({ error }, 'a defect: nobody handled this rejection');
  });
}

/** Says why the start failed, and ends the process. */
export function failToStart(error: unknown): void {
  if (error instanceof StartupError) process.stderr.write(`\n${error.message}\n→ ${error.hint}\n`);
  else
    process.stderr.write(
      `\nAlzette cannot start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
  process.exit(1);
}
