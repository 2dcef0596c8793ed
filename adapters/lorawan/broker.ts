import mqtt, { type IPublishPacket, type MqttClient } from 'mqtt';
import { type Log, type LorawanIntegration, messageOf, Refusal } from '#platform';
import { readChirpStack } from './chirpstack.ts';
import type { Figures } from './figures.ts';
import type { Intake } from './intake.ts';
import type { Message, NetworkServer, Passed } from './message.ts';
import { readTheThingsStack } from './the-things-stack.ts';
import { counted, parseJson } from './webhooks.ts';

/** Where each network server publishes, and how a publication is read. */
const dialects: Readonly<
  Record<
    NetworkServer,
    {
      readonly topics: readonly string[];
      readonly read: (body: unknown, topic: string, integration: string) => Message | Passed;
    }
  >
> = {
  'the-things-stack': {
    topics: ['v3/+/devices/+/up', 'v3/+/devices/+/join'],
    read: (body, _, integration) => readTheThingsStack(body, integration),
  },
  chirpstack: {
    topics: [
      'application/+/device/+/event/up',
      'application/+/device/+/event/join',
      'application/+/device/+/event/status',
    ],
    read: (body, topic, integration) => readChirpStack(body, topic.split('/').at(-1) ?? '', integration),
  },
};

const packetSizeBytesMax = 256 * 1024;

/**
 * Listens to the MQTT broker of a network server, with a persistent session and QoS 1: a publication is acknowledged
 * once the CSE has committed it, so what arrives while we are away or the CSE is down stays at the broker.
 */
export class BrokerListener {
  readonly #integration: LorawanIntegration;
  readonly #intake: Intake;
  readonly #figures: Figures;
  readonly #log: Log;
  #client: MqttClient | undefined;

  constructor(options: { integration: LorawanIntegration; intake: Intake; figures: Figures; log: Log }) {
    this.#integration = options.integration;
    this.#intake = options.intake;
    this.#figures = options.figures;
    this.#log = options.log.child({ integration: options.integration.name });
  }

  /** Starts connecting; a broker that cannot be reached is tried again until `stop`. */
  start(): void {
    const { mqtt: broker, name, server } = this.#integration;
    if (!broker) return;
    const client = mqtt.connect(broker.url, {
      clientId: `alzette-${name}`,
      clean: false,
      keepalive: 60,
      reconnectPeriod: 2_000,
      connectTimeout: 10_000,
      resubscribe: true,
      ...(broker.username === undefined ? {} : { username: broker.username }),
      ...(broker.password === undefined ? {} : { password: broker.password }),
    });
    this.#client = client;
    // The acknowledgement leaves when `acknowledge` is called, and the next publication is read after it.
    client.handleMessage = (packet, acknowledge) => void this.#take(packet, acknowledge);
    client.on('connect', () => {
      this.#log.info({}, 'connected to the broker of the network server');
      client.subscribe([...dialects[server].topics], { qos: 1 }, (error, granted) => {
        const refused = granted?.filter(({ qos }) => qos === 128).map(({ topic }) => topic) ?? [];
        if (error || refused.length > 0)
          this.#log.error({ refused, reason: error?.message }, 'the broker refuses a subscription');
      });
    });
    client.on('error', (error) =>
      this.#log.warn({ reason: messageOf(error) }, 'the broker of the network server refuses'),
    );
    client.on('offline', () => this.#log.warn({}, 'the broker of the network server cannot be reached; trying again'));
  }

  /** Disconnects without acknowledging what is not stored: the broker sends it again. */
  async stop(): Promise<void> {
    await this.#client?.endAsync(true);
  }

  async #take(packet: IPublishPacket, acknowledge: (error?: Error) => void): Promise<void> {
    const { name, server } = this.#integration;
    try {
      const message = counted(this.#figures, name, () => {
        const bytes = Buffer.from(packet.payload as Uint8Array);
        if (bytes.length > packetSizeBytesMax) {
          throw new Refusal(
            413,
            'entity-too-large',
            `a publication of ${bytes.length} bytes; the most is ${packetSizeBytesMax}`,
          );
        }
        return dialects[server].read(parseJson(bytes), packet.topic, name);
      });
      if (message.event === 'passed') this.#figures.messages.inc({ integration: name, event: message.kind });
      else await this.#intake.submit(message);
      acknowledge();
    } catch (error) {
      if (error instanceof Refusal && error.status === 503) {
        this.#reconnect(); // not acknowledged: the broker delivers it again to the next connection
        return;
      }
      // What is wrong with this publication stays wrong; acknowledging it lets the next one come.
      this.#log.warn({ topic: packet.topic.slice(0, 200), reason: messageOf(error) }, 'a publication was refused');
      acknowledge();
    }
  }

  #reconnect(): void {
    if (this.#client && !this.#client.disconnecting) this.#client.reconnect();
  }
}
