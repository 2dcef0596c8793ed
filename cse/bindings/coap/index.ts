import type { RemoteInfo } from 'node:dgram';
import type { IncomingMessage } from 'coap';
import type { Config, Log, Registry } from '#platform';
import type { Cse } from '../../interface.ts';
import type { NotificationSender, ResponsePrimitive } from '../../primitive.ts';
import { responseStatus, type StatusName } from '../../response-status.ts';
import { Malformed, requestLimits } from '../../serialization/index.ts';
import { countRefusals } from '../refusals.ts';
import { coapRequestOf, coapResponseOf, messageOf, requestPrimitiveOf, responsePrimitiveOf } from './message.ts';
import { CoapRequester } from './requester.ts';
import { type Answer, startCoapServer } from './server.ts';

export type CoapBindingPort = Pick<Cse, 'handle' | 'authenticate' | 'notifications' | 'load'>;

export interface CoapBindingOptions {
  readonly cse: CoapBindingPort;
  readonly config: Pick<Config, 'host' | 'coap' | 'cse'>;
  readonly log: Log;
  readonly metrics: Registry;
}

export interface CoapBinding {
  readonly port: number;
  close(): Promise<void>;
}

/** Largest content over CoAP; larger ones take HTTP, MQTT or WebSocket. */
const bytesMax = 64 * 1024;

/**
 * CoAP binding (TS-0008) over UDP. The token of a credential travels as `tkns` in the query, as the binding puts tokens
 * there; CoAP itself is not encrypted, see docs/cse/bindings.md.
 *
 * @throws the system error when the port cannot be bound
 */
export async function startCoapBinding({ cse, config, log, metrics }: CoapBindingOptions): Promise<CoapBinding> {
  const refused = countRefusals('coap', metrics, log);
  const limits = { ...requestLimits, bytesMax: Math.min(bytesMax, config.cse.bodySizeBytesMax) };

  const answer = async (message: IncomingMessage, { address }: RemoteInfo): Promise<Answer> => {
    let read: ReturnType<typeof requestPrimitiveOf>;
    try {
      read = requestPrimitiveOf(messageOf(message), limits);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      refused('malformed', { why: error.message });
      return coapResponseOf(refusal(error.status, error.rqi ?? '', error.message), 'json', undefined);
    }
    const { request, tokens, format } = read;
    const [token] = tokens;
    const session = await cse.authenticate(token === undefined ? {} : { token });
    if (session === undefined) {
      refused('not-authenticated', { originator: request.fr });
      const why = 'tkns: the token of a valid credential is needed';
      return coapResponseOf(refusal('ORIGINATOR_NOT_AUTHENTICATED', request.rqi, why), format, request.op);
    }
    if (cse.load.saturated || !cse.load.rate.permits(session, request.fr)) {
      refused(cse.load.saturated ? 'saturated' : 'too-often');
      return unavailable(cse.load.retryAfterSeconds);
    }
    return coapResponseOf(await cse.handle(request, { ...session, remoteAddress: address }), format, request.op);
  };

  const server = await startCoapServer({
    host: config.host,
    port: config.coap.port,
    bytesMax: limits.bytesMax,
    warn: (error) => log.error({ err: error }, 'the CoAP binding failed at something'),
    refused,
    answer,
  });
  const requester = new CoapRequester();
  const sender: NotificationSender = {
    async send(target, request, signal, peer) {
      const message = coapRequestOf(request, 'json', peer?.token);
      const path = target.pathname
        .split('/')
        .filter((segment) => segment !== '')
        .map(decodeURIComponent);
      const query = [...target.searchParams].map(([name, value]) => `${name}=${value}`);
      // A notification URI is the whole address; a point of access is where the AE named in `to` is reached.
      const isNotificationUri = peer === undefined && /^coap:/i.test(request.to);
      const addressed = {
        ...message,
        path: isNotificationUri ? path : [...path, ...message.path],
        query: [...query, ...message.query],
      };
      const answered = await requester.send(target, addressed, signal);
      return responsePrimitiveOf(answered, request, limits);
    },
  };
  cse.notifications.register('coap', sender);
  return {
    port: server.port,
    async close() {
      await server.close();
      await requester.close();
    },
  };
}

const refusal = (status: StatusName, rqi: string, why: string): ResponsePrimitive => ({
  rsc: responseStatus[status].rsc,
  rqi,
  pc: { 'm2m:dbg': why },
});

/** 5.03; Max-Age says when to try again, RFC 7252 §5.9.3.4. */
const unavailable = (retryAfterSeconds: number): Answer => ({
  code: '5.03',
  options: [{ name: 'Max-Age', value: Buffer.of(Math.min(255, Math.max(1, Math.ceil(retryAfterSeconds)))) }],
  payload: Buffer.alloc(0),
});
