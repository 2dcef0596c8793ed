import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import { PendingResponses } from '../../bindings/pending-responses.ts';
import { type JsonObject, operation, type RequestPrimitive, type ResponsePrimitive } from '../../primitive.ts';
import {
  asRequest,
  asResponse,
  Malformed,
  resultLimits,
  serializations,
  writePrimitive,
} from '../../serialization/index.ts';
import { CseUnreachable } from '../refusal.ts';
import { pauseMs } from '../retry.ts';
import type { Transport, TransportOptions } from '../transport.ts';

const connectTimeoutMs = 10_000;
const pingEveryMs = 30_000;

/**
 * oneM2M over WebSocket (TS-0020): requests in both directions over one connection, which is opened on first use and
 * kept open as long as somebody listens for notifications.
 */
export function webSocketTransport(options: TransportOptions): Transport {
  const { url, format, token, log } = options;
  const { subprotocol, text, decode } = serializations[format];
  const pending = new PendingResponses(options.inFlightMax + 1);
  let opening: Promise<WebSocket> | undefined;
  let listening = false;
  let closed = false;
  let failures = 0;

  const write = (socket: WebSocket, primitive: RequestPrimitive | ResponsePrimitive): void =>
    socket.send(writePrimitive(format, primitive), { binary: !text });

  const receive = async (socket: WebSocket, data: Buffer): Promise<void> => {
    const value = decode(data, resultLimits) as JsonObject;
    if (value?.op === undefined) {
      const response = asResponse(value);
      pending.settle(response.rqi, response);
    } else write(socket, await options.respond(asRequest(value)));
  };

  const open = (): Promise<WebSocket> =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(url, subprotocol, {
        handshakeTimeout: connectTimeoutMs,
        maxPayload: resultLimits.bytesMax,
        perMessageDeflate: false,
        ...(token === undefined ? {} : { headers: { Authorization: `Bearer ${token}` } }),
      });
      let alive = true;
      const pings = setInterval(() => {
        if (!alive) return socket.terminate();
        alive = false;
        socket.ping();
      }, pingEveryMs);
      socket.on('pong', () => {
        alive = true;
      });
      socket.on('open', () => {
        failures = 0;
        resolve(socket);
        if (listening) introduce(socket);
      });
      socket.on('message', (data: Buffer) => {
        receive(socket, data).catch((error: unknown) => {
          const reason = error instanceof Error ? error.message : String(error);
          log?.warn({ malformed: error instanceof Malformed, reason }, 'a message of the CSE was not understood');
        });
      });
      socket.on('error', reject);
      socket.on('close', (code, reason) => {
        clearInterval(pings);
        opening = undefined;
        const why = new Error(`the connection was closed (${code}${reason.length > 0 ? `, ${reason}` : ''})`);
        reject(why);
        pending.failAll(why);
        if (listening && !closed) reopenLater();
      });
    });

  const connected = (): Promise<WebSocket> => {
    opening ??= open();
    return opening;
  };

  const reopenLater = (): void => {
    setTimeout(() => {
      if (!closed)
        connected().catch((error: Error) => log?.info({ reason: error.message }, 'the CSE is not reachable'));
    }, pauseMs(failures)).unref();
    failures += 1;
  };

  /** The CSE learns who is at the end of a connection from its first request. */
  const introduce = (socket: WebSocket): void => {
    const { originator, cseId } = options;
    write(socket, { op: operation.retrieve, to: cseId, fr: originator, rqi: randomUUID(), rvi: '3' });
  };

  return {
    async send(request, signal) {
      let sent = false;
      try {
        const socket = await connected();
        const response = pending.wait(request.rqi, signal);
        // It may fail before anybody waits for it.
        response.catch(() => undefined);
        write(socket, request);
        sent = true;
        return await response;
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new CseUnreachable(`${url.host} did not answer: ${reason}`, { mayHaveArrived: sent, cause });
      }
    },
    async listen() {
      if (listening) return undefined;
      listening = true;
      const known = opening !== undefined;
      const socket = await connected();
      if (known) introduce(socket);
      return undefined;
    },
    async close() {
      closed = true;
      const socket = await opening?.catch(() => undefined);
      if (socket === undefined) return;
      await new Promise<void>((resolve) => {
        socket.once('close', () => resolve());
        socket.close(1000);
        setTimeout(() => socket.terminate(), 1_000).unref();
      });
    },
  };
}
