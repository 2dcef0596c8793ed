import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Session } from '../../primitive.ts';
import { restsOn } from '../originator.ts';

/**
 * Which kept connections over TLS speak for which credential. A certificate is shown once, when the connection opens:
 * with its credential the connection has to end.
 */
export class OpenConnections {
  readonly #sessions = new Map<Socket, Session>();

  note(socket: Socket, session: Session | undefined): void {
    if (session?.credentialId === undefined || !(socket instanceof TLSSocket) || socket.destroyed) return;
    if (!this.#sessions.has(socket)) socket.once('close', () => this.#sessions.delete(socket));
    this.#sessions.set(socket, session);
  }

  cut(credentialId: string): void {
    for (const [socket, session] of this.#sessions) if (restsOn(session, credentialId)) socket.destroy();
  }
}
