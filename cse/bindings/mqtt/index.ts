import type { Config, Log, Registry } from '#platform';
import type { Cse } from '../../interface.ts';
import { requestLimits } from '../../serialization/index.ts';
import { countRefusals } from '../refusals.ts';
import type { ServerCertificate } from '../tls/server-certificate.ts';
import { startEmbeddedBroker } from './embedded-broker.ts';
import { connectExternalBroker } from './external-broker.ts';
import { hostsOf, mqttNotifier } from './notifier.ts';
import { requestHandler } from './request-handler.ts';

export type MqttBindingPort = Pick<
  Cse,
  'id' | 'name' | 'spId' | 'handle' | 'authenticate' | 'credentials' | 'notifications' | 'load' | 'onRevoked'
>;

export interface MqttBindingOptions {
  readonly cse: MqttBindingPort;
  readonly config: Pick<Config, 'host' | 'mqtt' | 'cse'>;
  readonly log: Log;
  readonly metrics: Registry;
}

export interface MqttBinding {
  /** Port of the embedded broker, or of the external one. */
  readonly port: number;
  /**
   * Opens the embedded broker once more, over TLS; with an external broker there is nothing to open.
   * @returns the port that was bound, if any; rejects with the system error (`EADDRINUSE`)
   */
  listenSecurely(certificate: ServerCertificate, port: number, host: string): Promise<number | undefined>;
  close(): Promise<void>;
}

const defaultPort = 1883;

/**
 * MQTT binding (TS-0010), on the embedded broker or, when `mqtt.url` is set, on an external one.
 *
 * @throws the system error when the port cannot be bound, or the external broker's when it cannot be reached
 */
export async function startMqttBinding({ cse, config, log, metrics }: MqttBindingOptions): Promise<MqttBinding> {
  const refused = countRefusals('mqtt', metrics, log);
  const limits = { ...requestLimits, bytesMax: config.cse.bodySizeBytesMax };
  const handle = requestHandler(cse, limits, refused);
  const common = { cse, limits, log, refused, handle };
  const url = config.mqtt.url === null ? undefined : new URL(config.mqtt.url);
  const { exchange, port, listenSecurely, close } =
    url === undefined
      ? await startEmbeddedBroker({ ...common, port: config.mqtt.port, host: config.host })
      : {
          ...(await connectExternalBroker({ ...common, url })),
          port: Number(url.port) || defaultPort,
          listenSecurely: undefined,
        };
  const ports = new Set([port]);
  const hosts = new Set(url === undefined ? hostsOf(config.host) : [url.hostname]);
  const notifier = mqttNotifier({ cse, home: { exchange, ports, hosts }, limits, log });
  cse.notifications.register('mqtt', notifier);
  cse.notifications.register('mqtts', notifier);
  return {
    port,
    async listenSecurely(certificate, wanted, host) {
      const bound = await listenSecurely?.(certificate, wanted, host);
      if (bound === undefined) return undefined;
      ports.add(bound);
      for (const name of hostsOf(host)) hosts.add(name);
      return bound;
    },
    async close() {
      await notifier.close();
      await close();
    },
  };
}
