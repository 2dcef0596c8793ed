import type { IncomingMessage } from 'node:http';

/** More bytes than are accepted; the rest of the message is not read. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge';
}

const none = Buffer.alloc(0);

/**
 * Reads a body of at most `bytesMax` bytes.
 * @throws BodyTooLarge; the stream's error when the peer goes away
 */
export function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const { 'content-length': announced, 'transfer-encoding': encoding } = request.headers;
  if (encoding === undefined && (announced === undefined || announced === '0')) return Promise.resolve(none);
  const tooLarge = () => new BodyTooLarge(`the body is larger than the ${bytesMax} bytes that are accepted`);
  if (Number(announced) > bytesMax) return Promise.reject(tooLarge());
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > bytesMax) {
        request.pause();
        request.removeAllListeners('data');
        reject(tooLarge());
      } else chunks.push(chunk);
    });
    request.on('end', () =>
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)),
    );
    request.on('error', reject);
    request.on('close', () => reject(new Error('the peer closed the connection')));
  });
}
