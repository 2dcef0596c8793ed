import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createSecureServer } from 'node:tls';
import { Aedes, type AuthenticateError, type Client, type PublishPacket } from 'aedes';
import type { Log } from '#platform';
import type { Cse } from '../../interface.ts';
import type { NotificationSender, Session } from '../../primitive.ts';
import type { Limits } from '../../serialization/index.ts';
import { covers, restsOn, stemOf } from '../originator.ts';
import type { CountRefusal } from '../refusals.ts';
import type { ServerCertificate } from '../tls/server-certificate.ts';
import { BoundedSocket } from './bounded-socket.ts';
import { Exchange } from './exchange.ts';
import type { Publication, Reply } from './request-handler.ts';
import { SessionStore } from './session-store.ts';
import { type Filter, idOf, levelOf, parseFilter, parseTopic, requestTopic, type Topic } from './topic.ts';

/** What the CSE is to its own broker. */
export type BrokerPort = Pick<Cse, 'id' | 'name' | 'spId' | 'authenticate' | 'notifications' | 'onRevoked'>;

export interface BrokerOptions {
  readonly cse: BrokerPort;
  readonly port: number;
  readonly host: string;
  readonly limits: Limits;
  readonly log: Log;
  readonly refused: CountRefusal;
  readonly handle: (publication: Publication) => Promise<Reply | undefined>;
}

export interface EmbeddedBroker {
  /** Port that was bound. */
  readonly port: number;
  /** Requests to clients of this broker and their responses. */
  readonly exchange: Exchange;
  /** Opens the broker once more, over TLS. @returns the port that was bound; rejects with the system error */
  listenSecurely(certificate: ServerCertificate, port: number, host: string): Promise<number>;
  close(): Promise<void>;
}

interface Connection {
  readonly session: Session;
  /** Requests being carried out for this client. */
  running: number;
  /** Called, oldest first, as requests finish. */
  readonly waiting: (() => void)[];
  /** Ends announcements that this client can be reached, by its level in topics. */
  readonly reachable: Map<string, () => void>;
}

const connectTimeoutMs = 10_000;
const drainTimeoutMs = 30_000;
const connectionsMax = 20_000;
/** Topic and fixed header around a payload. */
const packetOverheadBytes = 2_048;
const runningMax = 64;
const waitingMax = 1_024;
const pendingMax = 10_000;
const topicLevelsMax = 12;

const notAuthorized = 5;

const connectionRefused = (why: string): AuthenticateError =>
  Object.assign(new Error(why), { returnCode: notAuthorized as AuthenticateError['returnCode'] });

/**
 * The broker that runs inside the CSE. A client proves itself with the token of a credential as its password, and may
 * publish and subscribe only where the topic names an originator its credential covers (TS-0010 §7.2).
 *
 * PUBACK for a request leaves when the CSE has answered it, so an acknowledged request is never lost.
 *
 * @throws the system error when the port cannot be bound (`EADDRINUSE`)
 */
export async function startEmbeddedBroker(options: BrokerOptions): Promise<EmbeddedBroker> {
  const { cse, limits, refused, log } = options;
  const connections = new Map<Client, Connection>();
  const ownLevel = levelOf(cse.id);

  const speaksFor = ({ session }: Connection, level: string): boolean =>
    level !== ownLevel && (covers(session, stemOf(idOf(level), cse)) || covers(session, `/${level}`));
  const owns = (connection: Connection, { kind, own }: Filter): boolean =>
    kind === 'reg_resp' ? ownsCredential(connection, own) : kind !== 'reg_req' && speaksFor(connection, own);
  const ownsCredential = (connection: Connection, level: string): boolean =>
    level === levelOf(connection.session.credentialId ?? '') || speaksFor(connection, level);
  const mayHear = (client: Client, filter: string): boolean => {
    const connection = connections.get(client);
    const parsed = parseFilter(filter);
    return connection !== undefined && parsed !== undefined && owns(connection, parsed);
  };

  const broker = await Aedes.createBroker({
    connectTimeout: connectTimeoutMs,
    drainTimeout: drainTimeoutMs,
    maxTopicLevels: topicLevelsMax,
    persistence: new SessionStore(mayHear),
    preConnect(_client, packet, done) {
      if (packet.will === undefined || packet.will === null) return done(null, true);
      refused('will');
      done(connectionRefused('a client of this binding sets no will (TS-0010 §6.3.3)'), false);
    },
    authenticate(client, username, password, done) {
      const { remoteAddress, certificate } = client.conn as BoundedSocket;
      const proof = {
        ...(certificate === undefined ? {} : { certificate }),
        ...(password === undefined ? {} : { token: password.toString('utf8') }),
        ...(username === undefined ? {} : { user: username }),
      };
      cse.authenticate(proof).then(
        (session) => {
          if (session === undefined) {
            refused('not-authenticated', { user: username });
            return done(
              connectionRefused('neither the password is a valid token nor the client certificate known'),
              null,
            );
          }
          const known: Session = remoteAddress === undefined ? session : { ...session, remoteAddress };
          connections.set(client, { session: known, running: 0, waiting: [], reachable: new Map() });
          client.conn.once('close', () => forget(client));
          // Sessions are kept apart by credential: nobody takes over a session by guessing a client identifier.
          client.id = `${session.credentialId ?? ''}/${client.id}`;
          done(null, true);
        },
        (error: unknown) => {
          log.error({ err: error }, 'a credential could not be checked');
          done(connectionRefused('credentials cannot be checked now'), null);
        },
      );
    },
    authorizeSubscribe(client, subscription, done) {
      if (mayHear(client, subscription.topic)) return done(null, subscription);
      refused('subscribe', { filter: subscription.topic, client: client.id });
      done(null, null);
    },
    authorizeForward(client, packet) {
      const connection = connections.get(client);
      const topic = parseTopic(packet.topic);
      if (connection === undefined || topic === undefined) return null;
      const own = topic.kind === 'req' || topic.kind === 'reg_req' ? topic.receiver : topic.originator;
      return owns(connection, { kind: topic.kind, own }) ? packet : null;
    },
    authorizePublish(client, packet, done) {
      const connection = client === null ? undefined : connections.get(client);
      const topic = parseTopic(packet.topic);
      if (client === null || connection === undefined) return done(new Error('nobody publishes here'));
      if (topic === undefined || topic.prefix !== '') return closeFor('topic', packet, done);
      if (topic.kind === 'resp' || topic.kind === 'reg_resp') {
        // Only the CSE asks; a response to anybody else would be an answer in the CSE's name.
        if (topic.originator !== ownLevel) return closeFor('other-receiver', packet, done);
        if (!speaksFor(connection, topic.receiver)) return closeFor('other-originator', packet, done);
        const useless = exchange.receive(topic, packet.payload as Buffer);
        if (useless !== undefined) refused('response', { topic: packet.topic, why: useless });
        packet.retain = false;
        return done();
      }
      // Requests go to the CSE, never past its access control from one client to another.
      if (topic.receiver !== ownLevel) return closeFor('other-receiver', packet, done);
      const own =
        topic.kind === 'req' ? speaksFor(connection, topic.originator) : ownsCredential(connection, topic.originator);
      if (!own) return closeFor('other-originator', packet, done);
      accept(client, connection, topic, packet, done);
    },
  });

  /** MQTT 3.1.1 has no negative acknowledgement: a publication that is not allowed ends the connection (§3.3.5). */
  const closeFor = (reason: string, { topic }: PublishPacket, done: (error: Error) => void): void => {
    refused(reason, { topic });
    done(new Error(`not allowed to publish to ${topic}`));
  };

  const publish = (topic: string, payload: Buffer): Promise<void> =>
    new Promise((resolve, reject) => {
      broker.publish({ cmd: 'publish', topic, payload, qos: 1, retain: false, dup: false }, (error) =>
        error ? reject(error) : resolve(),
      );
    });
  const exchange = new Exchange(publish, limits, pendingMax);

  const run = async (connection: Connection, topic: Topic, packet: PublishPacket, retain: boolean): Promise<void> => {
    connection.running += 1;
    try {
      const payload = packet.payload as Buffer;
      const reply = await options.handle({ topic, payload, dup: packet.dup, retain, session: connection.session });
      if (reply !== undefined) await publish(reply.topic, reply.payload);
    } catch (error) {
      log.error({ err: error, topic: packet.topic }, 'a request over MQTT failed');
    } finally {
      connection.running -= 1;
      connection.waiting.shift()?.();
    }
  };

  const accept = (
    client: Client,
    connection: Connection,
    topic: Topic,
    packet: PublishPacket,
    done: (error?: Error) => void,
  ): void => {
    const { qos, messageId, retain } = packet;
    packet.retain = false;
    // Calling back is what lets the broker read on. With more requests than this under way the client has to wait.
    const begin = (): void => {
      const finished = run(connection, topic, packet, retain);
      if (qos === 2) {
        finished.then(() => done());
        return;
      }
      // The broker would acknowledge QoS 1 at once; as QoS 0 it leaves that to us. Calling back now rather than at the
      // end keeps the connection readable: the response to a verification request comes over it.
      packet.qos = 0;
      done();
      if (qos === 1) finished.then(() => acknowledge(client, messageId ?? 0));
    };
    if (connection.running < runningMax) begin();
    else if (connection.waiting.length < waitingMax) connection.waiting.push(begin);
    else {
      refused('too-many-requests', { client: client.id });
      done(new Error(`more than ${waitingMax} requests are waiting`));
    }
  };

  const announce = (client: Client, filter: string): void => {
    const connection = connections.get(client);
    const parsed = parseFilter(filter);
    if (connection === undefined || parsed?.kind !== 'req' || connection.reachable.has(parsed.own)) return;
    const sender: NotificationSender = {
      send: (_target, request, signal) => exchange.send(requestTopic(ownLevel, parsed.own), request, signal),
    };
    connection.reachable.set(parsed.own, cse.notifications.connect(stemOf(idOf(parsed.own), cse), sender));
  };
  const withdraw = (client: Client, filter: string): void => {
    const own = parseFilter(filter)?.own ?? '';
    connections.get(client)?.reachable.get(own)?.();
    connections.get(client)?.reachable.delete(own);
  };

  broker.on('subscribe', (subscriptions, client) => {
    for (const { topic } of subscriptions) if (mayHear(client, topic)) announce(client, topic);
  });
  broker.on('unsubscribe', (filters, client) => {
    for (const filter of filters) withdraw(client, filter);
  });
  broker.on('clientReady', (client) => {
    // A session that was kept comes back with its subscriptions and sends no SUBSCRIBE.
    const { subscriptions } = client as Client & { subscriptions: Readonly<Record<string, unknown>> };
    for (const filter of Object.keys(subscriptions)) announce(client, filter);
  });
  const forget = (client: Client): void => {
    for (const end of connections.get(client)?.reachable.values() ?? []) end();
    connections.delete(client);
  };
  broker.on('clientError', (client, error) => {
    log.debug({ client: client.id, reason: error.message }, 'an MQTT connection ended with an error');
  });
  broker.on('connectionError', (_client, error) => refused('connection', { why: error.message }));
  const stopListening = cse.onRevoked((credentialId) => {
    for (const [client, { session }] of connections) {
      if (restsOn(session, credentialId)) client.close();
    }
  });

  const serve = (socket: Socket): void => {
    broker.handle(new BoundedSocket(socket, limits.bytesMax + packetOverheadBytes));
  };
  const servers: Server[] = [];
  const listen = async (server: Server, port: number, host: string): Promise<number> => {
    server.maxConnections = connectionsMax;
    server.listen(port, host);
    await once(server, 'listening');
    servers.push(server);
    return (server.address() as AddressInfo).port;
  };
  return {
    port: await listen(createServer({ noDelay: true }, serve), options.port, options.host),
    exchange,
    listenSecurely(certificate, port, host) {
      const server = createSecureServer({ noDelay: true, ...certificate.options }, serve);
      server.on('tlsClientError', (error, socket) => {
        refused('tls', { why: error.message });
        socket.destroy();
      });
      certificate.renewFor(server);
      return listen(server, port, host);
    },
    async close() {
      stopListening();
      for (const server of servers) server.close();
      exchange.failAll(new Error('the broker stops'));
      await new Promise<void>((resolve) => broker.close(resolve));
    },
  };
}

/** PUBACK, MQTT 3.1.1 §3.4. */
function acknowledge(client: Client, messageId: number): void {
  if (!client.closed) client.conn.write(Buffer.of(0x40, 0x02, messageId >> 8, messageId & 0xff));
}
