import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { Aedes } from 'aedes';
import { createAdapters } from '#adapters';
import { createClient } from '#cse/client';
import {
  createLog,
  createMetrics,
  createWebServer,
  type LorawanIntegration,
  type Registry,
  readConfig,
} from '#platform';
import { startCse, type TestCse } from '../cse/support.ts';

export const webhookToken = 'a-token-of-the-test-0123456789';
export const broker = { username: 'app@tenant', password: 'password-of-the-test' };

/** The adapters behind the real web server, writing to a real CSE. */
export interface TestAdapters extends AsyncDisposable {
  readonly cse: TestCse;
  readonly url: string;
  readonly metrics: Registry;
  /** Posts to a webhook, with the right token unless told otherwise. */
  post(
    path: string,
    body: unknown,
    options?: { token?: string | null; raw?: string | Uint8Array<ArrayBuffer> },
  ): Promise<Response>;
  /** Value of a counter, summed over the labels that are not given. */
  count(name: string, labels?: Record<string, string>): Promise<number>;
  /** Content of the newest instance of a container of a device; undefined when there is none. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read whatever is stored
  newest(devEui: string, container: string): Promise<any>;
  /** How many instances a container holds. */
  instances(devEui: string, container: string): Promise<number>;
}

export async function startAdapters(
  options: {
    integrations?: LorawanIntegration[];
    /** Stands in for the CSE's address, to take it away. */
    cseUrl?: string;
    cse?: TestCse;
  } = {},
): Promise<TestAdapters> {
  const cse = options.cse ?? (await startCse());
  const integrations = options.integrations ?? [
    { name: 'tts', server: 'the-things-stack', webhookToken },
    { name: 'cs', server: 'chirpstack', webhookToken },
  ];
  const { token } = await cse.cse.credentials.issue({ originator: 'Clora-*', label: 'LoRaWAN adapter' });
  const config = readConfig({ ALZETTE_WEB_PORT: '0', ALZETTE_ADAPTERS_LORAWAN: JSON.stringify(integrations) });
  const log = createLog(process.env.TEST_LOG ?? 'silent');
  const metrics = createMetrics();
  const client = createClient({
    url: options.cseUrl ?? cse.url,
    originator: 'Clora-adapter',
    token,
    timeoutMs: 3_000,
    retries: 0,
  });
  const adapters = createAdapters({ config, cse: client, log, metrics });
  const web = createWebServer({ config, log, metrics, readiness: {} });
  web.app.use('/api/adapters', adapters.router, adapters.again);
  const port = await web.start();
  adapters.start();
  const url = `http://127.0.0.1:${port}`;

  return {
    cse,
    url,
    metrics,
    post(path, body, { token: shown = webhookToken, raw } = {}) {
      return fetch(`${url}/api/adapters${path}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(shown === null ? {} : { authorization: `Bearer ${shown}` }),
        },
        body: raw ?? JSON.stringify(body),
      });
    },
    async count(name, labels = {}) {
      const metric = (await metrics.getMetricsAsJSON()).find((candidate) => candidate.name === name);
      const values = (metric?.values ?? []) as { value: number; labels: Record<string, string> }[];
      return values
        .filter((value) => Object.entries(labels).every(([label, wanted]) => value.labels[label] === wanted))
        .reduce((sum, { value }) => sum + value, 0);
    },
    async newest(devEui, container) {
      const { rsc, pc } = await cse.send('GET', `/cse-in/lora-${devEui}/${container}/la`, undefined, {
        from: `Clora-${devEui}`,
      });
      return rsc === 2000 ? JSON.parse(pc['m2m:cin'].con) : undefined;
    },
    async instances(devEui, container) {
      const { pc } = await cse.send('GET', `/cse-in/lora-${devEui}/${container}`, undefined, {
        from: `Clora-${devEui}`,
      });
      return pc['m2m:cnt']?.cni ?? 0;
    },
    async [Symbol.asyncDispose]() {
      await adapters.stop();
      await web.stop();
      await client.close();
      if (!options.cse) await cse[Symbol.asyncDispose]();
    },
  };
}

/** An MQTT broker as a network server runs one. */
export interface NetworkBroker extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  publish(topic: string, message: unknown): Promise<void>;
  /** Publications that were delivered and acknowledged. */
  readonly acknowledged: number;
  /** Client identifiers that have subscribed since the start. */
  readonly subscribers: string[];
  /** Cuts every connection; the sessions stay. */
  cut(): void;
}

export async function startNetworkBroker(): Promise<NetworkBroker> {
  let acknowledged = 0;
  const subscribers: string[] = [];
  const aedes = await Aedes.createBroker({
    authenticate: (_, user, password, done) =>
      done(null, user === broker.username && password?.toString() === broker.password),
  });
  aedes.on('subscribe', (_, client) => void subscribers.push(client.id));
  aedes.on('ack', () => {
    acknowledged += 1;
  });
  const clients = new Set<{ close(): void }>();
  aedes.on('client', (client) => void clients.add(client));
  aedes.on('clientDisconnect', (client) => void clients.delete(client));
  const server = createServer((socket) => void aedes.handle(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    port,
    url: `mqtt://127.0.0.1:${port}`,
    subscribers,
    get acknowledged() {
      return acknowledged;
    },
    publish: (topic, message) =>
      new Promise((resolve, reject) => {
        const payload = typeof message === 'string' ? Buffer.from(message) : Buffer.from(JSON.stringify(message));
        aedes.publish({ cmd: 'publish', topic, payload, qos: 1, retain: false, dup: false }, (error) =>
          error ? reject(error) : resolve(),
        );
      }),
    cut() {
      for (const client of clients) client.close();
    },
    async [Symbol.asyncDispose]() {
      server.close();
      await new Promise<void>((resolve) => aedes.close(resolve));
    },
  };
}

/** A door in front of the CSE that can be shut: the CSE is there, or it is not. */
export async function startDoor(
  target: string,
): Promise<{ url: string; open: boolean; refused: number } & AsyncDisposable> {
  const state = { open: true, refused: 0 };
  const server = createHttpServer(async (request, response) => {
    if (!state.open) {
      state.refused += 1;
      request.socket.destroy();
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { host: _host, 'content-length': _length, connection: _connection, ...headers } = request.headers;
    const answer = await fetch(`${target}${request.url}`, {
      method: request.method ?? 'GET',
      headers: headers as Record<string, string>,
      ...(chunks.length > 0 ? { body: Buffer.concat(chunks) } : {}),
    });
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return Object.assign(state, {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  });
}
