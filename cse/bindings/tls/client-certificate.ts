import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

const known = new WeakMap<Socket, string | undefined>();

/**
 * What a peer's client certificate is to `Cse.authenticate`: the SHA-256 fingerprint in hexadecimal digits, `untrusted`
 * when no accepted authority vouches for it, undefined when none was shown. Looked up once for a connection.
 */
export function clientCertificate(socket: Socket): string | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  if (!known.has(socket)) known.set(socket, read(socket));
  return known.get(socket);
}

function read(socket: TLSSocket): string | undefined {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return undefined;
  return socket.authorized ? certificate.fingerprint256.replaceAll(':', '').toLowerCase() : 'untrusted';
}
