/** The CSE alone: an embedded or given database, every binding, nothing else of the platform. */
import { join } from 'node:path';
import { schema as cseSchema } from '#cse';
import { createLog, createMetrics, Lifecycle, readConfig, StartupError } from '#platform';
import {
  administratorToken,
  connectable,
  type Foundation,
  failToStart,
  startCse,
  startDatabase,
  stopOnSignals,
  takeDataDir,
} from './composition.ts';
import { Progress, printCseBanner } from './start-output.ts';

const usage = `Usage: npm run cse [-- --help]

  --help      show this

Starts a oneM2M CSE without the rest of the platform. Settings are those of docs/configuration.md; for a CSE of its own:

  ALZETTE_DATA_DIR            its database and secrets; one directory for each CSE
  ALZETTE_CSE_ID, _NAME       CSE-ID and resource name of the CSEBase
  ALZETTE_CSE_TYPE            IN (default), MN or ASN
  ALZETTE_CSE_PORT            HTTP and WebSocket; ALZETTE_MQTT_PORT, ALZETTE_COAP_PORT
  ALZETTE_CSE_REGISTRAR_URL   CSE to register with; ALZETTE_CSE_REGISTRAR_ID, _TOKEN or _TOKEN_FILE

docs/cse/network.md shows two CSEs on one machine.
`;

async function main(): Promise<void> {
  const options = new Set(process.argv.slice(2));
  if (options.has('--help')) return void process.stdout.write(usage);
  for (const option of options) throw new StartupError(`The option ${option} is not known`, usage);
  const config = readConfig();
  const log = createLog(config.log.level, config.log.file);
  const lifecycle = new Lifecycle(log);
  stopOnSignals(lifecycle, log);
  const foundation: Foundation = { config, lifecycle, log, metrics: createMetrics(), progress: new Progress() };
  try {
    takeDataDir(foundation);
    const cse = await startCse(foundation, await startDatabase(foundation, [cseSchema]));
    await administratorToken(cse, config);
  } catch (error) {
    await lifecycle.stop();
    throw error;
  }
  printCseBanner({
    config,
    cseUrl: `http://${connectable(config.host)}:${config.cse.port}`,
    tokenFile: join(config.dataDir, 'secrets', 'cse-admin'),
  });
}

main().catch(failToStart);
