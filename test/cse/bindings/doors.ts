import { attachWebSocketBinding, ServerCertificate, startCoapBinding, startMqttBinding } from '#cse';
import { type Client, type ClientOptions, createClient } from '#cse/client';
import { createLog, createMetrics, type Registry, readConfig } from '#platform';
import { startCse, type TestCse } from '../support.ts';

/** A CSE with all its doors open on ports of their own. */
export interface Doors extends AsyncDisposable {
  readonly test: TestCse;
  readonly metrics: Registry;
  readonly urls: { readonly http: string; readonly mqtt: string; readonly coap: string; readonly ws: string };
  token(originator: string): Promise<{ id: string; token: string }>;
  /** A client that is closed with the doors; its credential covers its originator. */
  client(door: keyof Doors['urls'], originator: string, options?: Partial<ClientOptions>): Promise<Client>;
  /** Closes the MQTT, CoAP and WebSocket doors and opens them again at the same addresses. */
  reopen(): Promise<void>;
  /** Opens the HTTP, WebSocket and MQTT doors over TLS as well, with the certificate of the settings. */
  openTls(): Promise<{ readonly http: string; readonly mqtt: string; readonly ws: string }>;
  /** Messages a binding refused for this reason. */
  refusals(binding: string, reason: string): Promise<number>;
}

type Parts = Parameters<typeof startMqttBinding>[0] &
  Parameters<typeof startCoapBinding>[0] &
  Parameters<typeof attachWebSocketBinding>[0];

const open = async (parts: Parts) => ({
  mqtt: await startMqttBinding(parts),
  coap: await startCoapBinding(parts),
  webSocket: attachWebSocketBinding(parts),
});

export async function openDoors(env: Record<string, string> = {}): Promise<Doors> {
  const settings = { ALZETTE_CSE_PORT: '0', ALZETTE_MQTT_PORT: '0', ALZETTE_COAP_PORT: '0', ...env };
  const test = await startCse({ env: settings });
  const config = readConfig(settings);
  const metrics = createMetrics();
  const log = createLog(process.env.TEST_LOG ?? 'silent');
  const parts = { cse: test.cse, config, log, metrics };
  const opened = await open(parts).catch(async (error: unknown) => {
    await test[Symbol.asyncDispose]();
    throw error;
  });
  let { mqtt, coap, webSocket } = opened;
  const clients: Client[] = [];
  const certificates: ServerCertificate[] = [];
  const urls = {
    http: test.url,
    mqtt: `mqtt://127.0.0.1:${mqtt.port}`,
    coap: `coap://127.0.0.1:${coap.port}`,
    ws: test.url.replace('http:', 'ws:'),
  };
  const token = (originator: string) => test.cse.credentials.issue({ originator, label: 'test' });
  return {
    test,
    metrics,
    urls,
    token,
    async client(door, originator, options = {}) {
      const issued = options.token === undefined ? (await token(originator)).token : options.token;
      const client = createClient({ url: urls[door], originator, timeoutMs: 5_000, ...options, token: issued });
      clients.push(client);
      return client;
    },
    async reopen() {
      await Promise.all([mqtt.close(), coap.close(), webSocket.close()]);
      const ports = { mqtt: { ...config.mqtt, port: mqtt.port }, coap: { port: coap.port } };
      ({ mqtt, coap, webSocket } = await open({ ...parts, config: { ...config, ...ports } }));
    },
    async openTls() {
      const certificate = new ServerCertificate(config.tls, log);
      certificates.push(certificate);
      const http = await test.cse.http.listenSecurely(certificate, 0, '127.0.0.1');
      const broker = await mqtt.listenSecurely(certificate, 0, '127.0.0.1');
      return { http: `https://localhost:${http}`, mqtt: `mqtts://localhost:${broker}`, ws: `wss://localhost:${http}` };
    },
    async refusals(binding, reason) {
      const metric = await metrics.getSingleMetric('alzette_cse_binding_refusals_total')?.get();
      const found = metric?.values.find(({ labels }) => labels.binding === binding && labels.reason === reason);
      return found?.value ?? 0;
    },
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(clients.map((client) => client.close()));
      for (const certificate of certificates) certificate.close();
      await webSocket.close();
      await coap.close();
      await mqtt.close();
      await test[Symbol.asyncDispose]();
    },
  };
}
