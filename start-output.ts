/** What the person who starts Alzette sees on the terminal. */
import type { Config, TerritoryProfile } from '#platform';

export interface Banner {
  readonly config: Config;
  readonly profile: Pick<TerritoryProfile, 'name'>;
  readonly webUrl: string;
  readonly cseUrl: string;
  readonly account: { readonly name: string; readonly password: string };
  readonly demo: boolean;
  readonly database: 'embedded' | 'external';
}

/** One line per part: its name while it starts, then how long it took. */
export class Progress {
  readonly #out: NodeJS.WriteStream;

  constructor(out: NodeJS.WriteStream = process.stdout) {
    this.#out = out;
  }

  /** @param work receives a function that says what takes long */
  async step<T>(name: string, work: (say: (sentence: string) => void) => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    const result = await work((sentence) => this.#out.write(`  … ${sentence}\n`));
    this.#out.write(`  ✓ ${name} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)\n`);
    return result;
  }
}

export function printBanner({ config, profile, webUrl, cseUrl, account, demo, database }: Banner): void {
  const { host } = config;
  const rows: [string, string][] = [
    ['Hypervision', `${webUrl}/hypervision/`],
    ['Resources', `${webUrl}/cse/`],
    ['Flow editor', `${webUrl}/flows/`],
    ['Sign in', `${account.name} / ${account.password}`],
    ['oneM2M', `${cseUrl}  (HTTP, WebSocket)   CSE-ID /${config.cse.id}, CSEBase ${config.cse.name}`],
    ['', `${config.mqtt.url ?? `mqtt://${host}:${config.mqtt.port}`}   coap://${host}:${config.coap.port}`],
    ...encryptedDoors(config).map((addresses): [string, string] => ['', addresses]),
    ['Data', database === 'embedded' ? config.dataDir : `${config.dataDir}, external database`],
    ['Demo', demo ? `playing at ${config.demo.pace}× (npm start -- --no-demo starts without)` : 'off'],
    ['Stop', 'Ctrl-C'],
  ];
  printRows(`Alzette · ${profile.name}`, rows);
}

export interface CseBanner {
  readonly config: Config;
  readonly cseUrl: string;
  /** File that holds the administrator's token. */
  readonly tokenFile: string;
}

/** What a CSE that runs alone says once it is there. */
export function printCseBanner({ config, cseUrl, tokenFile }: CseBanner): void {
  const { host, cse, mqtt, coap, database, dataDir } = config;
  const { registrar } = cse;
  printRows(`Alzette · ${cse.type}-CSE /${cse.id}`, [
    ['HTTP, WebSocket', `${cseUrl}   CSEBase ${cse.name}`],
    [
      'MQTT, CoAP',
      `${mqtt.url === null ? `mqtt://${host}:${mqtt.port}` : 'external broker'}   coap://${host}:${coap.port}`,
    ],
    ...encryptedDoors(config).map((addresses): [string, string] => ['TLS', addresses]),
    ['Registrar', registrar.url === null ? 'none' : `/${registrar.id} at ${registrar.url}`],
    [
      'Administrator',
      cse.security === 'open' ? `${cse.admin} (everybody is believed)` : `${cse.admin}, token in ${tokenFile}`,
    ],
    ['Data', database.url === null ? dataDir : `${dataDir}, external database`],
    ['Stop', 'Ctrl-C'],
  ]);
}

/** One line of addresses, or none. */
function encryptedDoors({ host, mqtt, tls }: Config): string[] {
  if (tls.certificateFile === null) return [];
  const at = tls.host ?? host;
  const broker = mqtt.url === null ? `   mqtts://${at}:${tls.mqttPort}` : '';
  return [`https://${at}:${tls.csePort}${broker}`];
}

function printRows(title: string, rows: readonly (readonly [string, string])[]): void {
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`);
  process.stdout.write(`\n${title}\n\n${lines.join('\n')}\n\n`);
}
