import { createHash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { secretHeader } from '../handshake.ts';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * The only way in: a loopback port that turns away whoever does not carry the secret of this start, editor files and
 * WebSocket included. Node-RED is given the inner server, which listens nowhere.
 */
export class FrontDoor {
  /** For Node-RED: hears requests and upgrades that were let in. */
  readonly inner: Server;
  readonly #front: Server;
  readonly #expected: Buffer;

  constructor(secret: string, handler: RequestListener) {
    this.#expected = digest(secret);
    this.inner = createServer(handler);
    this.#front = createServer((request, response) => {
      if (this.#letsIn(request)) {
        this.inner.emit('request', request, response);
        return;
      }
      response.writeHead(401, { 'Content-Type': 'text/plain', Connection: 'close' });
      response.end('The flow editor is reached through the web server of the platform, after signing in.\n');
    });
    this.#front.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (this.#letsIn(request)) this.inner.emit('upgrade', request, socket, head);
      else socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n');
    });
  }

  #letsIn({ headers }: IncomingMessage): boolean {
    const given = headers[secretHeader];
    return typeof given === 'string' && timingSafeEqual(digest(given), this.#expected);
  }

  /** @returns the port the system chose */
  async open(): Promise<number> {
    this.#front.listen(0, '127.0.0.1');
    await once(this.#front, 'listening');
    const address = this.#front.address();
    if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
    return address.port;
  }

  async close(): Promise<void> {
    this.#front.close();
    this.#front.closeAllConnections();
  }
}
