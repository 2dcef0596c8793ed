import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Config, Log, Registry } from '#platform';
import type { Cse } from '../../interface.ts';
import type { Session } from '../../primitive.ts';
import { type Format, requestLimits, serializations } from '../../serialization/index.ts';
import { isAllowedOrigin } from '../http/cors.ts';
import { proofOf } from '../http/exchange.ts';
import { restsOn } from '../originator.ts';
import { countRefusals } from '../refusals.ts';
import { Connection, type ConnectionPort } from './connection.ts';

export type WebSocketBindingPort = ConnectionPort & Pick<Cse, 'authenticate' | 'onRevoked' | 'http'>;

export interface WebSocketBindingOptions {
  readonly cse: WebSocketBindingPort;
  readonly config: Pick<Config, 'cse'>;
  readonly log: Log;
  readonly metrics: Registry;
}

const pingEveryMs = 30_000;
const connectionsMax = 10_000;
const closeGraceMs = 1_000;

const formatBySubprotocol = new Map<string, Format>(
  Object.entries(serializations).map(([format, { subprotocol }]) => [subprotocol, format as Format]),
);

/**
 * WebSocket binding (TS-0020) on the port of the HTTP binding: `GET /` with a sub-protocol of oneM2M and the token of a
 * credential in `Authorization: Bearer`.
 */
export function attachWebSocketBinding(options: WebSocketBindingOptions): { close(): Promise<void> } {
  const { cse, config, log, metrics } = options;
  const refused = countRefusals('websocket', metrics, log);
  const limits = { ...requestLimits, bytesMax: config.cse.bodySizeBytesMax };
  const connections = new Set<Connection>();
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: limits.bytesMax,
    perMessageDeflate: false,
    handleProtocols: (offered) => chooseSubprotocol(offered) ?? false,
  });

  const upgrade = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
    const subprotocol = chooseSubprotocol(offered);
    const format = subprotocol === undefined ? undefined : formatBySubprotocol.get(subprotocol);
    if (format === undefined) {
      return refuse(socket, 400, `Sec-WebSocket-Protocol: one of ${[...formatBySubprotocol.keys()].join(', ')}`);
    }
    if (isCrossOrigin(request, config.cse.corsOrigins))
      return refuse(socket, 403, 'web pages of other origins may not connect');
    if (connections.size >= connectionsMax) return refuse(socket, 503, 'too many connections');
    const session = await cse.authenticate(proofOf(request));
    if (session === undefined)
      return refuse(
        socket,
        401,
        'Authorization: Bearer with a valid token is needed, or a client certificate that is known',
      );
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const { remoteAddress } = request.socket;
      const known: Session = remoteAddress === undefined ? session : { ...session, remoteAddress };
      const connection = new Connection(webSocket, { cse, session: known, format, limits, log, refused });
      connections.add(connection);
      webSocket.on('close', () => connections.delete(connection));
    });
  };
  const refuse = (socket: Duplex, status: number, why: string): void => {
    refused('upgrade', { status, why });
    socket.end(
      `HTTP/1.1 ${status} \r\nContent-Type: text/plain\r\nContent-Length: ${why.length}\r\nConnection: close\r\n\r\n${why}`,
    );
  };
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on('error', () => socket.destroy());
    upgrade(request, socket, head).catch((error: unknown) => {
      log.error({ err: error }, 'a WebSocket could not be opened');
      socket.destroy();
    });
  };
  cse.http.server.on('upgrade', onUpgrade);
  const stopListening = cse.onRevoked((credentialId) => {
    for (const connection of connections) {
      if (restsOn(connection.session, credentialId)) connection.close('the credential was revoked');
    }
  });
  const pings = setInterval(() => {
    for (const connection of connections) connection.checkAlive();
  }, pingEveryMs);
  pings.unref();

  return {
    async close() {
      clearInterval(pings);
      stopListening();
      cse.http.server.off('upgrade', onUpgrade);
      for (const connection of connections) connection.close('the CSE stops');
      const closed = new Promise<void>((resolve) => sockets.close(() => resolve()));
      const terminate = setTimeout(() => {
        for (const client of sockets.clients) client.terminate();
      }, closeGraceMs);
      await closed;
      clearTimeout(terminate);
    },
  };
}

/** The first of the client's preferences that we speak, TS-0020 §6.2.2.8. */
function chooseSubprotocol(offered: Iterable<string>): string | undefined {
  for (const name of offered) if (formatBySubprotocol.has(name)) return name;
  return undefined;
}

/** Browsers name the page's origin; devices send none. */
const isCrossOrigin = ({ headers: { origin, host } }: IncomingMessage, allowed: readonly string[]): boolean =>
  origin !== undefined && !isAllowedOrigin(origin, allowed) && (!URL.canParse(origin) || new URL(origin).host !== host);
