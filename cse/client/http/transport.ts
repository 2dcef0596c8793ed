import { Pool } from 'undici';
import { httpRequestOf, responsePrimitiveOf } from '../../bindings/http/message.ts';
import type { RequestPrimitive, ResponsePrimitive } from '../../primitive.ts';
import { Malformed, resultLimits } from '../../serialization/index.ts';
import { CseBusy, CseUnreachable } from '../refusal.ts';
import type { Transport, TransportOptions } from '../transport.ts';
import { startReceiver } from './receiver.ts';

const connectTimeoutMs = 5_000;
const connectionsMax = 32;
const busyStatus = 503;

/** Codes of undici and of the system that say the connection was never made. */
const neverConnected = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);

/** oneM2M over HTTP with kept connections (TS-0009). */
export function httpTransport(options: TransportOptions): Transport {
  const pool = new Pool(options.url.origin, {
    connections: Math.min(options.inFlightMax, connectionsMax),
    pipelining: 1,
    connect: { timeout: connectTimeoutMs },
    maxResponseSize: resultLimits.bytesMax,
  });
  const prefix = options.url.pathname.replace(/\/$/, '');
  let receiver: ReturnType<typeof startReceiver> | undefined;

  return {
    async send(request: RequestPrimitive, signal: AbortSignal): Promise<ResponsePrimitive> {
      const { path, ...message } = httpRequestOf(request, options.format, options.token);
      try {
        const { statusCode, headers, body } = await pool.request({ ...message, path: prefix + path, signal });
        const bytes = await body.bytes();
        if (statusCode === busyStatus) throw new CseBusy(Number(headers['retry-after'] ?? 1) * 1000 || 1000);
        return responsePrimitiveOf(statusCode, headers, bytes, request);
      } catch (error) {
        if (error instanceof CseBusy) throw error;
        const code = error instanceof Error && 'code' in error ? String(error.code) : '';
        const reason = error instanceof Error ? error.message : String(error);
        throw new CseUnreachable(`${options.url.origin} did not answer: ${reason}`, {
          mayHaveArrived: !neverConnected.has(code) && !(error instanceof Malformed),
          cause: error,
        });
      }
    },
    async listen() {
      if (options.listen === undefined) return undefined;
      receiver ??= startReceiver(options.listen, options.respond);
      return (await receiver).pointOfAccess;
    },
    async close() {
      await pool.close();
      await (await receiver)?.close();
    },
  };
}
