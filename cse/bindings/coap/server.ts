import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import coap, { type IncomingMessage, type OutgoingMessage } from 'coap';
import { generate, type ParsedPacket, parse } from 'coap-packet';
import { LRUCache } from 'lru-cache';
import type { CountRefusal } from '../refusals.ts';
import { type Block, readBlock, writeBlock } from './block.ts';
import { Block1Assembly } from './block1-assembly.ts';

/** A response before it is cut into blocks. */
export interface Answer {
  readonly code: string;
  readonly options: readonly { readonly name: string; readonly value: Buffer }[];
  readonly payload: Buffer;
}

export interface CoapServerOptions {
  readonly host: string;
  readonly port: number;
  /** Largest request that is put together from blocks. */
  readonly bytesMax: number;
  /** Told of failures that are nobody's refusal. */
  readonly warn: (error: unknown) => void;
  readonly refused: CountRefusal;
  /** Answers one request; what it throws is a defect and becomes 5.00. */
  readonly answer: (request: IncomingMessage, peer: RemoteInfo) => Promise<Answer>;
}

export interface CoapServer {
  readonly port: number;
  close(): Promise<void>;
}

/** RFC 7252 §4.8.2: EXCHANGE_LIFETIME. */
const exchangeLifetimeMs = 247_000;
/** Answers within this time travel in the acknowledgement; later ones separately. Well below ACK_TIMEOUT (2 s). */
const piggybackReplyMs = 1_000;
/** For all blocks of a request; unfinished transfers hold places that others need. */
const transferMs = 60_000;
const rememberedMax = 20_000;
const requestsMax = 512;
/** Payloads up to this size leave whole; with the longest options they still fit 1152 bytes (RFC 7252 §4.6). */
const singlePayloadMax = 768;
const blockSizeMax = 512;
const answersBytesMax = 8 * 1024 * 1024;
const answersKeptMs = 60_000;
const datagramBytesMax = 2_048;

type Packet = ParsedPacket & { messageId: number; token: Buffer };

/**
 * A CoAP server on the `coap` library, with what the library lacks: malformed datagrams and pings are answered before it
 * sees them, requests in blocks are put together within bounds, a retransmitted request is carried out once while its answer is being made, and long
 * answers are cut into blocks that are kept for a bounded time in bounded memory.
 *
 * @throws the system error when the port cannot be bound
 */
export async function startCoapServer(options: CoapServerOptions): Promise<CoapServer> {
  const { refused, warn } = options;
  const server = coap.createServer({ piggybackReplyMs, cacheSize: answersBytesMax });
  const socket = createSocket(isIPv6(options.host) ? 'udp6' : 'udp4');
  const blocks = new Block1Assembly(options.bytesMax, transferMs);
  /** Requests by peer and message identifier, RFC 7252 §4.5. */
  const seen = new LRUCache<string, true>({ max: rememberedMax, ttl: exchangeLifetimeMs });
  /** Block1 option of requests that were put together, to be repeated in the answer. */
  const assembled = new LRUCache<string, Buffer>({ max: requestsMax * 2, ttl: exchangeLifetimeMs });
  /** Answers that leave in blocks, by peer and request. */
  const answers = new LRUCache<string, Answer>({
    max: 1_000,
    maxSize: answersBytesMax,
    sizeCalculation: ({ payload }) => payload.length + 1_000,
    ttl: answersKeptMs,
  });
  let running = 0;

  socket.bind(options.port, options.host);
  await once(socket, 'listening');
  server.listen(socket);
  const [deliver] = socket.listeners('message') as ((datagram: Buffer, peer: RemoteInfo) => void)[];
  socket.removeAllListeners('message');
  socket.on('message', (datagram: Buffer, peer: RemoteInfo) => {
    const accepted = admit(datagram, peer);
    if (accepted !== undefined) deliver?.(accepted, peer);
  });
  server.on('error', warn);

  /** @returns what the library may see; undefined when the datagram was dealt with here */
  const admit = (datagram: Buffer, peer: RemoteInfo): Buffer | undefined => {
    const packet = parsed(datagram);
    if (packet === undefined) {
      refused('malformed', { bytes: datagram.length });
      // RFC 7252 §4.2: a Confirmable message that cannot be processed is rejected with a Reset.
      if (datagram.length >= 4 && ((datagram[0] ?? 0) & 0x30) === 0 && (datagram[0] ?? 0) >> 6 === 1) {
        reply(socket, peer, { code: '0.00', reset: true, messageId: datagram.readUInt16BE(2) });
      }
      return undefined;
    }
    if (packet.ack || packet.reset) return datagram;
    if (packet.code === '0.00') {
      // CoAP ping.
      if (packet.confirmable) reply(socket, peer, { code: '0.00', reset: true, messageId: packet.messageId });
      return undefined;
    }
    if (!packet.code.startsWith('0.')) return undefined;
    const exchange = exchangeOf(peer, packet);
    const value = packet.options.find(({ name }) => name === 'Block1')?.value;
    if (value === undefined) return observes(packet) ? rewritten(packet, packet.payload) : datagram;
    // The last block again: the library still has the answer, or it is being made.
    if (seen.has(exchange)) return rewritten(packet, Buffer.alloc(0));
    const block = readBlock(value);
    const outcome =
      block === undefined
        ? { code: '4.02' }
        : blocks.add(peerName(peer), `${packet.code} ${requestKey(packet)}`, block, packet.payload);
    if ('whole' in outcome) {
      assembled.set(exchange, value);
      return rewritten(packet, outcome.whole);
    }
    if (outcome.code !== '2.31') refused('block', { code: outcome.code });
    reply(socket, peer, { ...answerTo(packet, outcome.code), options: [{ name: 'Block1', value }] });
    return undefined;
  };

  const respond = async (request: IncomingMessage, response: OutgoingMessage): Promise<void> => {
    const peer = request.rsinfo as RemoteInfo;
    const packet = request._packet as Packet;
    const exchange = exchangeOf(peer, packet);
    const block1 = assembled.get(exchange);
    if (seen.has(exchange)) return refused('repeated');
    seen.set(exchange, true);
    const asked = takeBlock2(request);
    if (asked === 'malformed') return write(response, { code: '4.02', options: [], payload: Buffer.alloc(0) });
    const key = `${peerName(peer)} ${request.code} ${requestKey(packet)}`;
    const known = asked === undefined || asked.num === 0 ? undefined : answers.get(key);
    if (known === undefined && asked !== undefined && asked.num > 0 && request.code !== '0.01') {
      // Carrying the request out again only to show its later blocks would do it twice.
      return write(response, { code: '4.08', options: [], payload: Buffer.alloc(0) });
    }
    if (known === undefined && running >= requestsMax) {
      refused('too-many-requests');
      return write(response, { code: '5.03', options: [], payload: Buffer.alloc(0) });
    }
    running += 1;
    try {
      const answer = known ?? (await options.answer(request, peer));
      if (answer.payload.length > singlePayloadMax) answers.set(key, answer);
      const block = blockOf(answer, asked);
      // The last block of a request is acknowledged with the answer, RFC 7959 §2.2.
      const acknowledged = block1 === undefined ? [] : [{ name: 'Block1', value: block1 }];
      write(response, { ...block, options: [...block.options, ...acknowledged] });
    } finally {
      running -= 1;
    }
  };

  server.on('request', (request: IncomingMessage, response: OutgoingMessage) => {
    response.on('error', (error: Error) => refused('response', { why: error.message }));
    respond(request, response).catch((error: unknown) => {
      warn(error);
      write(response, { code: '5.00', options: [], payload: Buffer.alloc(0) });
    });
  });

  return {
    port: socket.address().port,
    async close() {
      server.close();
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    },
  };
}

function parsed(datagram: Buffer): Packet | undefined {
  if (datagram.length > datagramBytesMax) return undefined;
  try {
    const packet = parse(datagram);
    return packet.token.length > 8 ? undefined : (packet as Packet);
  } catch {
    return undefined;
  }
}

const peerName = ({ address, port }: RemoteInfo): string => `${address} ${port}`;

const exchangeOf = (peer: RemoteInfo, { messageId }: Packet): string => `${peerName(peer)} ${messageId}`;

/** Observing is not part of the binding (elective option): such a request is answered once, as without it. */
const observes = ({ options }: Packet): boolean => options.some(({ name }) => name === 'Observe');

/** The request as one datagram, for the library. */
const rewritten = (packet: Packet, payload: Buffer): Buffer =>
  generate(
    {
      ...packet,
      options: packet.options.filter(({ name }) => name !== 'Observe' && name !== 'Block1' && name !== 'Size1'),
      payload,
    },
    payload.length + datagramBytesMax,
  );

const answerTo = ({ confirmable, messageId, token }: Packet, code: string): Parameters<typeof generate>[0] => ({
  code,
  token,
  ...(confirmable ? { ack: true, messageId } : {}),
});

function reply(socket: Socket, peer: RemoteInfo, packet: Parameters<typeof generate>[0]): void {
  socket.send(generate(packet), peer.port, peer.address, () => undefined);
}

function write(response: OutgoingMessage, { code, options, payload }: Answer): void {
  response.code = code;
  const byName = Map.groupBy(options, ({ name }) => name);
  for (const [name, values] of byName)
    response.setOption(
      name,
      values.map(({ value }) => value),
    );
  response.end(payload);
}

/** Takes the Block2 option out of the request, so that cutting into blocks stays ours. */
function takeBlock2(request: IncomingMessage): Block | undefined | 'malformed' {
  const { options } = request._packet as Packet;
  const at = options.findIndex(({ name }) => name === 'Block2');
  if (at < 0) return undefined;
  const [taken] = options.splice(at, 1);
  return (taken === undefined ? undefined : readBlock(taken.value)) ?? 'malformed';
}

/** What makes two requests the same but for the block they ask for: all options, in order. */
const requestKey = ({ options }: Packet): string =>
  options
    .filter(({ name }) => !['Block1', 'Block2', 'Size1', 'Size2', 'Observe'].includes(String(name)))
    .map(({ name, value }) => `${name}=${Buffer.isBuffer(value) ? value.toString('base64') : String(value)}`)
    .join('&');

function blockOf(answer: Answer, asked: Block | undefined): Answer {
  const { payload } = answer;
  if (
    payload.length <= (asked?.size ?? singlePayloadMax) &&
    (asked?.num ?? 0) === 0 &&
    payload.length <= singlePayloadMax
  ) {
    return answer;
  }
  const size = Math.min(asked?.size ?? blockSizeMax, blockSizeMax);
  // A first block may be granted smaller than asked for; later requests count in the size they were granted.
  const start = (asked?.num ?? 0) * (asked?.size ?? size);
  if (start >= payload.length) return { code: '4.02', options: [], payload: Buffer.alloc(0) };
  const end = start + size;
  const block = writeBlock({ num: start / size, more: end < payload.length, size });
  return {
    ...answer,
    options: [...answer.options, { name: 'Block2', value: block }],
    payload: payload.subarray(start, end),
  };
}
