import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import coap, { type Agent, type IncomingMessage } from 'coap';
import { type CoapMessage, messageOf, type OutgoingRequest } from './message.ts';

const singlePayloadMax = 768;
/** Size exponent 5: blocks of 512 bytes, RFC 7959 §2.2. */
const block1 = Buffer.of(5);
const defaultPort = 5683;
const inFlightMax = 1_000;

/** Client side of CoAP: confirmable requests, block-wise where they are long. */
export class CoapRequester {
  readonly #agents = new Map<'udp4' | 'udp6', { agent: Agent; socket: Socket }>();
  #inFlight = 0;

  /**
   * @param target gives host and port
   * @throws when the signal aborts, nobody acknowledges, or the peer rejects the message
   */
  async send(target: URL, request: OutgoingRequest, signal: AbortSignal): Promise<CoapMessage> {
    if (this.#inFlight >= inFlightMax) throw new Error(`${inFlightMax} CoAP requests are under way already`);
    signal.throwIfAborted();
    const hostname = target.hostname.replace(/^\[|\]$/g, '');
    const { agent } = this.#agent(isIPv6(hostname) ? 'udp6' : 'udp4');
    this.#inFlight += 1;
    try {
      return await new Promise<CoapMessage>((resolve, reject) => {
        const message = agent.request({
          hostname,
          port: Number(target.port) || defaultPort,
          method: request.method,
          confirmable: true,
        });
        const abort = (): void => {
          agent.abort(message);
          reject(new Error(`no answer from ${target.host} in time`));
        };
        signal.addEventListener('abort', abort, { once: true });
        const settle = (act: () => void): void => {
          signal.removeEventListener('abort', abort);
          act();
        };
        message.setOption(
          'Uri-Path',
          request.path.map((segment) => Buffer.from(segment)),
        );
        if (request.query.length > 0)
          message.setOption(
            'Uri-Query',
            request.query.map((argument) => Buffer.from(argument)),
          );
        for (const { name, value } of request.options) message.setOption(name, value);
        if (request.payload.length > singlePayloadMax) message.setOption('Block1', block1);
        message.on('response', (response: IncomingMessage) =>
          settle(() =>
            response.code === '0.00'
              ? reject(new Error(`${target.host} rejects the message`))
              : resolve(messageOf(response)),
          ),
        );
        message.on('error', (error: Error) => settle(() => reject(error)));
        message.on('timeout', (error: Error) => settle(() => reject(error)));
        message.end(request.payload);
      });
    } finally {
      this.#inFlight -= 1;
    }
  }

  async close(): Promise<void> {
    await Promise.all(
      [...this.#agents.values()].map(
        ({ agent, socket }) =>
          new Promise<void>((resolve) => {
            agent.close();
            socket.close(() => resolve());
          }),
      ),
    );
    this.#agents.clear();
  }

  /** With a socket of its own an agent stays open between requests. */
  #agent(type: 'udp4' | 'udp6'): { agent: Agent; socket: Socket } {
    const known = this.#agents.get(type);
    if (known !== undefined) return known;
    const socket = createSocket(type);
    const agent = new coap.Agent({ type, socket });
    agent.on('error', () => undefined);
    const created = { agent, socket };
    this.#agents.set(type, created);
    return created;
  }
}
