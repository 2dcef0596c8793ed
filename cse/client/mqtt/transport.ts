import mqtt from 'mqtt';
import { Exchange } from '../../bindings/mqtt/exchange.ts';
import { levelOf, parseTopic, requestTopic, responseTopic, type Topic, topicText } from '../../bindings/mqtt/topic.ts';
import {
  isFormat,
  Malformed,
  readRequest,
  requestLimits,
  resultLimits,
  writePrimitive,
} from '../../serialization/index.ts';
import { CseUnreachable } from '../refusal.ts';
import { pauseMs } from '../retry.ts';
import type { Transport, TransportOptions } from '../transport.ts';

const connectTimeoutMs = 10_000;
const keepaliveSeconds = 30;
/** Sent by brokers that refuse the user or the password, MQTT 3.1.1 §3.2.2.3. */
const refusedCodes: ReadonlySet<unknown> = new Set([4, 5]);

/**
 * oneM2M over MQTT (TS-0010). The session is kept by the broker (clean session 0), so notifications sent while the
 * connection is broken arrive when it is back; subscriptions are made again whenever the broker forgot them.
 */
export function mqttTransport(options: TransportOptions): Transport {
  const { url, originator, token, cseId, format, log } = options;
  const own = levelOf(originator);
  const ownForms = new Set([own, levelOf(`${cseId}/${originator}`)]);
  const cse = levelOf(cseId);
  let attempts = 0;
  let refusal: Error | undefined;
  let ready = Promise.withResolvers<void>();

  const client = mqtt.connect(`${url.protocol}//${url.host}`, {
    clientId: `A::${own}`,
    clean: false,
    protocolVersion: 4,
    keepalive: keepaliveSeconds,
    connectTimeout: connectTimeoutMs,
    reconnectPeriod: pauseMs(0),
    queueQoSZero: false,
    username: options.user ?? originator,
    ...(token === undefined ? {} : { password: token }),
  });
  client.on('connect', () => {
    attempts = 0;
    refusal = undefined;
    ready.resolve();
    client.options.reconnectPeriod = pauseMs(0);
  });
  client.on('close', () => {
    attempts += 1;
    ready = Promise.withResolvers<void>();
    client.options.reconnectPeriod = pauseMs(attempts);
  });
  client.on('error', (error) => {
    if ('code' in error && refusedCodes.has(error.code)) refusal = error;
    log?.info({ broker: url.host, reason: error.message }, 'the broker is not reachable');
  });

  const publish = (topic: string, payload: Buffer): Promise<void> =>
    new Promise((resolve, reject) => {
      client.publish(topic, payload, { qos: 1 }, (error) => (error ? reject(error) : resolve()));
    });
  const exchange = new Exchange(publish, resultLimits, options.inFlightMax);

  const answer = async (topic: Topic, payload: Buffer): Promise<void> => {
    if (!isFormat(topic.format)) return;
    try {
      const response = await options.respond(readRequest(topic.format, payload, requestLimits));
      await publish(topicText(responseTopic(topic)), writePrimitive(topic.format, response));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log?.warn(
        { topic: topicText(topic), malformed: error instanceof Malformed, reason },
        'a request was not answered',
      );
    }
  };
  client.on('message', (text, payload, { retain }) => {
    const topic = parseTopic(text);
    if (topic === undefined || retain) return;
    if (topic.kind === 'resp') exchange.receive(topic, payload);
    else if (topic.kind === 'req' && ownForms.has(topic.receiver)) void answer(topic, payload);
  });

  /** The client library repeats the subscription when a reconnection finds no session. */
  const subscribe = (filters: string[]): Promise<unknown> => client.subscribeAsync(filters, { qos: 1 });
  let hearingResponses: Promise<unknown> | undefined;
  let hearingRequests: Promise<unknown> | undefined;

  return {
    async send(request, signal) {
      let sent = false;
      try {
        // Nothing is handed to the library while it is offline: it would keep it beyond every time limit of ours.
        await within(signal, ready.promise);
        hearingResponses ??= subscribe([...ownForms].map((level) => `/oneM2M/resp/${level}/#`));
        await within(signal, hearingResponses);
        sent = true;
        return await exchange.send(requestTopic(own, cse, '', format), request, signal);
      } catch (error) {
        if (!sent) hearingResponses = undefined;
        const reason = refusal ?? error;
        throw new CseUnreachable(
          `${url.host} did not answer: ${reason instanceof Error ? reason.message : String(reason)}`,
          { mayHaveArrived: sent, cause: error },
        );
      }
    },
    async listen() {
      hearingRequests ??= subscribe([...ownForms].map((level) => `/oneM2M/req/+/${level}/#`));
      await hearingRequests;
      return `${url.protocol}//${url.host}`;
    },
    async close() {
      exchange.failAll(new Error('the client is closed'));
      await client.endAsync(!client.connected);
    },
  };
}

/** Gives up waiting when the signal aborts; what was waited for goes on. */
function within<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new Error('no answer in time'));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
