import { once } from 'node:events';
import { createServer } from 'node:http';
import type { HttpBinding } from '../../interface.ts';
import { serveChanges } from './changes.ts';
import { credentialsPath, serveCredentials } from './credentials.ts';
import { serveRequest } from './exchange.ts';
import type { HttpBindingOptions } from './options.ts';
import { HttpSender } from './sender.ts';

const headerBytesMax = 16 * 1024;
const headersMax = 64;
const headersTimeoutMs = 10_000;
const requestTimeoutMs = 30_000;
const idleCheckMs = 50;
const keepAliveTimeoutMs = 65_000;
const connectionsMax = 20_000;
/** Where the change feed is read; resource names begin with a letter or digit, so it hides none. */
const changesPath = '/.changes';

/** HTTP binding, TS-0009: raw `node:http`, since every message passes here. */
export function createHttpBinding(options: HttpBindingOptions): HttpBinding & { readonly sender: HttpSender } {
  const { log } = options;
  const closing = new AbortController();
  const server = createServer(
    {
      maxHeaderSize: headerBytesMax,
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      keepAliveTimeout: keepAliveTimeoutMs,
      connectionsCheckingInterval: 5_000,
    },
    (request, response) => {
      const path = request.url ?? '/';
      if (path === changesPath || path.startsWith(`${changesPath}?`))
        void serveChanges(options, closing.signal, request, response);
      else if (path === credentialsPath || path.startsWith(`${credentialsPath}/`))
        void serveCredentials(options, request, response);
      else void serveRequest(options, request, response);
    },
  );
  server.maxHeadersCount = headersMax;
  server.maxConnections = connectionsMax;
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return;
    const status =
      error.code === 'HPE_HEADER_OVERFLOW' ? '431' : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? '408' : '400';
    log.info({ code: error.code, status }, 'an HTTP message was not understood');
    socket.end(`HTTP/1.1 ${status}\r\nX-M2M-RSC: 4000\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  });
  return {
    server,
    sender: new HttpSender(),
    async listen(port, host) {
      server.listen(port, host);
      await once(server, 'listening');
      const address = server.address();
      return typeof address === 'object' && address !== null ? address.port : port;
    },
    async close() {
      closing.abort();
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      // Connections busy now become idle after their answer and are closed then; those that never do are cut.
      const idle = setInterval(() => server.closeIdleConnections(), idleCheckMs);
      const patience = setTimeout(() => server.closeAllConnections(), 5_000);
      await closed;
      clearInterval(idle);
      clearTimeout(patience);
    },
  };
}
