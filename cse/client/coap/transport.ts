import type { IncomingMessage } from 'coap';
import {
  type CoapMessage,
  coapRequestOf,
  coapResponseOf,
  messageOf,
  requestPrimitiveOf,
  responsePrimitiveOf,
} from '../../bindings/coap/message.ts';
import { CoapRequester } from '../../bindings/coap/requester.ts';
import { type Answer, type CoapServer, startCoapServer } from '../../bindings/coap/server.ts';
import { responseStatus } from '../../response-status.ts';
import { Malformed, requestLimits, resultLimits } from '../../serialization/index.ts';
import { CseBusy, CseUnreachable } from '../refusal.ts';
import type { ListenAddress, Transport, TransportOptions } from '../transport.ts';

const bytesMax = 64 * 1024;
const unavailable = '5.03';
const firstRetryMs = 1_000;

/** oneM2M over CoAP (TS-0008); notifications need an address to listen on. */
export function coapTransport(options: TransportOptions): Transport {
  const { url, format, token, log } = options;
  const requester = new CoapRequester();
  let server: Promise<CoapServer> | undefined;

  const answer = async (received: IncomingMessage): Promise<Answer> => {
    try {
      const { request, format: wanted } = requestPrimitiveOf(messageOf(received), requestLimits);
      return coapResponseOf(await options.respond(request), wanted, request.op);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      return coapResponseOf({ rsc: responseStatus[error.status].rsc, rqi: error.rqi ?? '' }, 'json', undefined);
    }
  };

  const start = ({ host, port }: ListenAddress): Promise<CoapServer> =>
    startCoapServer({
      host,
      port,
      bytesMax,
      answer,
      warn: (error) => log?.warn({ err: error }, 'a notification over CoAP failed'),
      refused: (reason, facts) => log?.info({ reason, ...facts }, 'a CoAP message was refused'),
    });

  return {
    async send(request, signal) {
      let response: CoapMessage;
      try {
        response = await requester.send(url, coapRequestOf(request, format, token), signal);
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new CseUnreachable(`${url.host} did not answer: ${reason}`, { mayHaveArrived: true, cause });
      }
      if (response.code === unavailable) throw new CseBusy(firstRetryMs);
      return responsePrimitiveOf(response, request, resultLimits);
    },
    async listen() {
      if (options.listen === undefined) return undefined;
      server ??= start(options.listen);
      const { host } = options.listen;
      return `coap://${host.includes(':') ? `[${host}]` : host}:${(await server).port}`;
    },
    async close() {
      await requester.close();
      await (await server)?.close();
    },
  };
}
