import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { JsonObject } from '../../primitive.ts';
import { responseStatus, statusName } from '../../response-status.ts';
import { Malformed, readMediaType, requestLimits, serializations } from '../../serialization/index.ts';
import type { ListenAddress, Responder } from '../transport.ts';

export interface Receiver {
  /** To be registered as point of access: `http://127.0.0.1:43121`. */
  readonly pointOfAccess: string;
  close(): Promise<void>;
}

const receiveTimeoutMs = 10_000;

/** Waits for NOTIFY requests over HTTP (TS-0009 §6.2.1: a POST without a resource type). */
export async function startReceiver({ host, port }: ListenAddress, respond: Responder): Promise<Receiver> {
  const server = createServer({ requestTimeout: receiveTimeoutMs }, (request, response) => {
    receive(request, respond).then(
      ({ rsc, rqi }) => finish(response, rsc, rqi),
      (error: unknown) =>
        finish(response, responseStatus[error instanceof Malformed ? error.status : 'INTERNAL_SERVER_ERROR'].rsc, ''),
    );
  });
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  return {
    pointOfAccess: `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function receive(request: IncomingMessage, respond: Responder): Promise<{ rsc: number; rqi: string }> {
  if (request.method !== 'POST')
    throw new Malformed('only NOTIFY is answered here', { status: 'OPERATION_NOT_ALLOWED' });
  if (Number(request.headers['content-length'] ?? 0) > requestLimits.bytesMax) throw new Malformed('too large');
  const type = readMediaType(request.headers['content-type'] ?? '');
  if (type === undefined) throw new Malformed('unknown media type', { status: 'UNSUPPORTED_MEDIA_TYPE' });
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > requestLimits.bytesMax) request.destroy();
  });
  const bytes = await buffer(request);
  const header = (name: string): string => String(request.headers[name] ?? '');
  const rqi = header('x-m2m-ri');
  const { rsc } = await respond({
    op: 5,
    to: request.url ?? '/',
    fr: header('x-m2m-origin'),
    rqi,
    pc: serializations[type.format].decode(bytes, requestLimits) as JsonObject,
  });
  return { rsc, rqi };
}

function finish(response: ServerResponse, rsc: number, rqi: string): void {
  const name = statusName(rsc);
  response.writeHead(name === undefined ? 500 : responseStatus[name].http, {
    'X-M2M-RSC': String(rsc),
    ...(rqi === '' ? {} : { 'X-M2M-RI': rqi }),
    'Content-Length': '0',
  });
  response.end();
}
