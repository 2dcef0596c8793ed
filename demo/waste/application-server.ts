import { once } from 'node:events';
import { createServer } from 'node:net';
import { Aedes } from 'aedes';
import type { Log } from '#platform';

/**
 * Stands for the MQTT server of The Things Stack's application server: user name and password of an application, uplinks
 * on `v3/{application}@{tenant}/devices/{device}/up`, to be read and not written by clients.
 */
export interface ApplicationServer {
  readonly port: number;
  /** Resolves when a client has subscribed; what is published before is lost, as with the real one. */
  readonly subscribed: Promise<void>;
  /** Whether somebody listens or is expected back: without, uplinks would pile up in its session for ever. */
  readonly isHeard: boolean;
  /** Resolves when the broker has taken it; delivery is at least once. */
  publish(topic: string, message: object): Promise<void>;
  close(): Promise<void>;
}

/** A client that stays away longer than this finds its queue cut. */
const absenceMaxMs = 10 * 60_000;

export async function startApplicationServer(options: {
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly log: Log;
}): Promise<ApplicationServer> {
  const { username, password, log } = options;
  const { promise: subscribed, resolve: heard } = Promise.withResolvers<void>();
  let lastHeardAtMs = Date.now();
  const broker = await Aedes.createBroker({
    authenticate(_client, user, secret, done) {
      const allowed = user === username && secret?.toString('utf8') === password;
      if (!allowed) log.warn({ user }, 'a client was refused by the application server');
      done(null, allowed);
    },
    authorizePublish(client, _packet, done) {
      done(client === null ? null : new Error('uplinks are published by the server only'));
    },
  });
  broker.on('subscribe', (_, client) => {
    log.info({ client: client.id }, 'a client listens to the application server');
    heard();
  });
  const server = createServer((socket) => void broker.handle(socket));
  server.listen(options.port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : options.port,
    subscribed,
    get isHeard() {
      if (broker.connectedClients > 0) lastHeardAtMs = Date.now();
      return Date.now() - lastHeardAtMs < absenceMaxMs;
    },
    publish: (topic, message) =>
      new Promise((resolve, reject) => {
        const payload = Buffer.from(JSON.stringify(message));
        broker.publish({ cmd: 'publish', topic, payload, qos: 1, retain: false, dup: false }, (error) =>
          error ? reject(error) : resolve(),
        );
      }),
    async close() {
      server.close();
      await new Promise<void>((resolve) => broker.close(resolve));
    },
  };
}
