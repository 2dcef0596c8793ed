import { connectAsync, type IPublishPacket } from 'mqtt';
import type { Log } from '#platform';
import type { Cse } from '../../interface.ts';
import type { Session } from '../../primitive.ts';
import type { Limits } from '../../serialization/index.ts';
import { stemOf } from '../originator.ts';
import type { CountRefusal } from '../refusals.ts';
import { Exchange } from './exchange.ts';
import type { Publication, Reply } from './request-handler.ts';
import { idOf, levelOf, parseTopic, type Topic } from './topic.ts';

export interface ExternalBrokerOptions {
  readonly cse: Pick<Cse, 'id' | 'name' | 'spId' | 'credentials'>;
  /** `mqtt://user:password@host:1883`. */
  readonly url: URL;
  readonly limits: Limits;
  readonly log: Log;
  readonly refused: CountRefusal;
  readonly handle: (publication: Publication) => Promise<Reply | undefined>;
}

export interface ExternalBroker {
  readonly exchange: Exchange;
  close(): Promise<void>;
}

const connectTimeoutMs = 10_000;
const reconnectMs = 1_000;
const keepaliveSeconds = 30;
const runningMax = 256;
const pendingMax = 10_000;

/**
 * The binding on a broker that others run (Mosquitto, EMQX …). That broker authenticates clients and guards topics, and
 * we believe the originator it lets through (TS-0010 §7.1). A message counts as taken when there is room for it in
 * memory: here PUBACK does not wait for the commit, the oneM2M response does.
 *
 * @throws when the broker cannot be reached or refuses us at the start; later breaks are reconnected
 */
export async function connectExternalBroker(options: ExternalBrokerOptions): Promise<ExternalBroker> {
  const { cse, url, limits, log, refused } = options;
  const ownLevel = levelOf(cse.id);
  const client = await connectAsync(`${url.protocol}//${url.host}`, {
    clientId: `C::${ownLevel}`,
    clean: false,
    protocolVersion: 4,
    keepalive: keepaliveSeconds,
    connectTimeout: connectTimeoutMs,
    reconnectPeriod: reconnectMs,
    ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
    ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
  });
  client.on('error', (error) => log.warn({ broker: url.host, reason: error.message }, 'the MQTT broker refuses us'));
  client.on('offline', () => log.warn({ broker: url.host }, 'the MQTT broker is away; trying again'));

  const publish = async (topic: string, payload: Buffer): Promise<void> => {
    await client.publishAsync(topic, payload, { qos: 1 });
  };
  const exchange = new Exchange(publish, limits, pendingMax);

  const sessionOf = async ({ kind, originator }: Topic): Promise<Session> => {
    if (kind === 'req') return { originatorPattern: stemOf(idOf(originator), cse) };
    const credential = (await cse.credentials.list()).find(({ id }) => levelOf(id) === originator);
    return credential === undefined ? {} : { credentialId: credential.id, originatorPattern: credential.originator };
  };

  let running = 0;
  const waiting: (() => void)[] = [];
  const run = async (topic: Topic, packet: IPublishPacket): Promise<void> => {
    try {
      const payload = packet.payload as Buffer;
      const session = await sessionOf(topic);
      const reply = await options.handle({ topic, payload, dup: packet.dup, retain: packet.retain, session });
      if (reply !== undefined) await publish(reply.topic, reply.payload);
    } catch (error) {
      log.error({ err: error, topic: packet.topic }, 'a request over MQTT failed');
    } finally {
      running -= 1;
      waiting.shift()?.();
    }
  };

  client.handleMessage = (packet, done) => {
    const topic = parseTopic(packet.topic);
    const isRequest = topic?.kind === 'req' || topic?.kind === 'reg_req';
    if (topic === undefined || packet.payload.length > limits.bytesMax) refused('message', { topic: packet.topic });
    else if (packet.retain) refused('retained', { topic: packet.topic });
    else if (!isRequest) exchange.receive(topic, packet.payload as Buffer);
    else {
      running += 1;
      run(topic, packet);
      // The client library handles packets one after the other; not calling back holds the broker back.
      if (running >= runningMax) return void waiting.push(done);
    }
    done();
  };
  await client.subscribeAsync(
    [`/oneM2M/req/+/${ownLevel}/#`, `/oneM2M/reg_req/+/${ownLevel}/#`, `/oneM2M/resp/${ownLevel}/#`],
    { qos: 1 },
  );
  return {
    exchange,
    async close() {
      exchange.failAll(new Error('the connection to the broker is closed'));
      await client.endAsync();
    },
  };
}
