import type { RequestPrimitive, ResponsePrimitive } from '../../primitive.ts';
import { isFormat, type Limits, Malformed, readResponse, writePrimitive } from '../../serialization/index.ts';
import { PendingResponses } from '../pending-responses.ts';
import { parseTopic, responseTopic, type Topic, topicText } from './topic.ts';

/** Hands a message to a broker; resolves when the broker has it. */
export type Publish = (topic: string, payload: Buffer) => Promise<void>;

/** Originator's side of request and response over a broker. */
export class Exchange {
  readonly #publish: Publish;
  readonly #limits: Limits;
  readonly #pending: PendingResponses;

  constructor(publish: Publish, limits: Limits, pendingMax: number) {
    this.#publish = publish;
    this.#limits = limits;
    this.#pending = new PendingResponses(pendingMax);
  }

  /**
   * Publishes a request and waits for its response. A topic that is none of the binding (the path of a notification URI
   * may be any, TS-0010 §6.6) has no place for a response: then the broker's acknowledgement is the answer.
   *
   * @throws when the signal aborts or the broker cannot be reached
   */
  async send(topic: string, request: RequestPrimitive, signal: AbortSignal): Promise<ResponsePrimitive> {
    const parsed = parseTopic(topic);
    if (parsed === undefined || !isFormat(parsed.format)) {
      await this.#publish(topic, writePrimitive('json', request));
      return { rsc: 2000, rqi: request.rqi };
    }
    const response = this.#pending.wait(keyOf(responseTopic(parsed), request.rqi), signal);
    // A response that fails before the publication does must not count as unhandled.
    response.catch(() => undefined);
    await this.#publish(topic, writePrimitive(parsed.format, request));
    return response;
  }

  /**
   * Takes what arrived on a response topic.
   * @returns why it was of no use, if it was not
   */
  receive(topic: Topic, payload: Uint8Array): string | undefined {
    if (!isFormat(topic.format)) return `${topic.format} is not supported`;
    try {
      const response = readResponse(topic.format, payload, this.#limits);
      return this.#pending.settle(keyOf(topic, response.rqi), response) ? undefined : 'nobody waits for it';
    } catch (error) {
      if (error instanceof Malformed) return error.message;
      throw error;
    }
  }

  failAll(reason: Error): void {
    this.#pending.failAll(reason);
  }
}

/** The format may differ between request and response; everything else has to agree. */
const keyOf = (topic: Topic, rqi: string): string => `${topicText({ ...topic, format: '*' })} ${rqi}`;
