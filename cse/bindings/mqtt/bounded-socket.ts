import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { clientCertificate } from '../tls/client-certificate.ts';

/** Reads only the fixed headers of a stream of MQTT packets (MQTT 3.1.1 §2.2): how long is each. */
class PacketLengths {
  readonly #lengthMax: number;
  #remaining = 0;
  #state: 'type' | 'length' | 'body' = 'type';
  #multiplier = 1;

  constructor(lengthMax: number) {
    this.#lengthMax = lengthMax;
  }

  /** @returns false when a packet is announced that is too long, or whose length is not one */
  accept(chunk: Uint8Array): boolean {
    let at = 0;
    while (at < chunk.length) {
      const byte = chunk[at] ?? 0;
      if (this.#state === 'body') {
        const skipped = Math.min(this.#remaining, chunk.length - at);
        this.#remaining -= skipped;
        at += skipped;
        if (this.#remaining === 0) this.#state = 'type';
        continue;
      }
      at += 1;
      if (this.#state === 'type') {
        this.#state = 'length';
        this.#multiplier = 1;
        this.#remaining = 0;
        continue;
      }
      this.#remaining += (byte & 0x7f) * this.#multiplier;
      this.#multiplier *= 128;
      if (this.#remaining > this.#lengthMax || this.#multiplier > 128 ** 4) return false;
      if ((byte & 0x80) === 0) this.#state = this.#remaining === 0 ? 'type' : 'body';
    }
    return true;
  }
}

/**
 * A connection that breaks as soon as a packet longer than allowed is announced. The broker's parser has no bound of its
 * own and would collect up to 256 MB per connection.
 */
export class BoundedSocket extends Duplex {
  /** Address of the peer, also after it has gone. */
  readonly remoteAddress: string | undefined;
  /** Client certificate of the peer, as `Cse.authenticate` takes it. */
  readonly certificate: string | undefined;
  readonly #socket: Socket;

  constructor(socket: Socket, packetBytesMax: number) {
    super();
    this.#socket = socket;
    this.remoteAddress = socket.remoteAddress;
    this.certificate = clientCertificate(socket);
    const lengths = new PacketLengths(packetBytesMax);
    socket.on('data', (chunk: Buffer) => {
      if (!lengths.accept(chunk))
        this.destroy(new Error(`a packet of more than ${packetBytesMax} bytes was announced`));
      else if (!this.push(chunk)) socket.pause();
    });
    socket.on('end', () => this.push(null));
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy());
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, encoding, done);
  }

  override _writev(chunks: { chunk: Buffer; encoding: BufferEncoding }[], done: (error?: Error | null) => void): void {
    // Header and body leave in one segment: some peers read one segment as one packet.
    this.#socket.write(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}
