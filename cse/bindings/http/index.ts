import { once } from 'node:events';
import { createServer, type RequestListener, type Server, STATUS_CODES } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { HttpBinding } from '../../interface.ts';
import { OpenConnections } from '../tls/open-connections.ts';
import { serveChanges } from './changes.ts';
import { allowOrigin, serveOptions } from './cors.ts';
import { credentialsPath, serveCredentials } from './credentials.ts';
import { serveRequest } from './exchange.ts';
import type { HttpBindingOptions } from './options.ts';
import { HttpSender } from './sender.ts';

const limits = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 1_000,
} as const;
const headersMax = 64;
const idleCheckMs = 50;
const connectionsMax = 20_000;
/** Where the change feed is read; resource names begin with a letter or digit, so it hides none. */
const changesPath = '/.changes';

/** HTTP binding, TS-0009: raw `node:http`, since every message passes here. */
export function createHttpBinding(options: HttpBindingOptions): HttpBinding & { readonly sender: HttpSender } {
  const { log } = options;
  const closing = new AbortController();
  const connections = new OpenConnections();
  const stopListening = options.cse.onRevoked((credentialId) => connections.cut(credentialId));
  const serve: RequestListener = (request, response) => {
    const path = request.url ?? '/';
    allowOrigin(request, response, options.config.cse.corsOrigins);
    if (request.method === 'OPTIONS') serveOptions(request, response);
    else if (path === changesPath || path.startsWith(`${changesPath}?`))
      void serveChanges(options, connections, closing.signal, request, response);
    else if (path === credentialsPath || path.startsWith(`${credentialsPath}/`))
      void serveCredentials(options, connections, request, response);
    else void serveRequest(options, connections, request, response);
  };
  const bounded = <T extends Server>(server: T): T => {
    server.maxHeadersCount = headersMax;
    server.maxConnections = connectionsMax;
    server.on('checkContinue', (request, response) => {
      // A body that will be refused is not asked for.
      if (!(Number(request.headers['content-length']) > options.config.cse.bodySizeBytesMax)) response.writeContinue();
      serve(request, response);
    });
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      const isHttp = /^(HPE_|ERR_HTTP_)/.test(error.code ?? '');
      if (!isHttp || !socket.writable) return void socket.destroy();
      const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
      log.info({ code: error.code, status }, 'an HTTP message was not understood');
      socket.end(
        `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nX-M2M-RSC: 4000\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
      );
    });
    return server;
  };
  const server = bounded(createServer(limits, serve));
  const listening: Server[] = [];
  const listen = async (door: Server, port: number, host: string): Promise<number> => {
    door.listen(port, host);
    await once(door, 'listening');
    listening.push(door);
    const address = door.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  };
  return {
    server,
    sender: new HttpSender(),
    listen: (port, host) => listen(server, port, host),
    async listenSecurely(certificate, port, host) {
      const secure = bounded(createSecureServer({ ...limits, ...certificate.options }, serve));
      secure.on('upgrade', (...upgrade) => void server.emit('upgrade', ...upgrade));
      certificate.renewFor(secure);
      return listen(secure, port, host);
    },
    async close() {
      closing.abort();
      stopListening();
      await Promise.all(listening.splice(0).map(closeServer));
    },
  };
}

/** Lets requests under way finish, for a while. */
async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  // Connections busy now become idle after their answer and are closed then; those that never do are cut.
  const idle = setInterval(() => server.closeIdleConnections(), idleCheckMs);
  const patience = setTimeout(() => server.closeAllConnections(), 5_000);
  await closed;
  clearInterval(idle);
  clearTimeout(patience);
}
