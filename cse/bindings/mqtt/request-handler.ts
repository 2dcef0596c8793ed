import type { Cse } from '../../interface.ts';
import { operation, type RequestPrimitive, type ResponsePrimitive, type Session } from '../../primitive.ts';
import { responseStatus, type StatusName } from '../../response-status.ts';
import {
  type Format,
  isFormat,
  type Limits,
  Malformed,
  readRequest,
  writePrimitive,
} from '../../serialization/index.ts';
import { stemOf } from '../originator.ts';
import type { CountRefusal } from '../refusals.ts';
import { Replays } from './replays.ts';
import { idOf, levelOf, responseTopic, type Topic, topicText } from './topic.ts';

/** A request as it came from a broker. */
export interface Publication {
  readonly topic: Topic;
  readonly payload: Uint8Array;
  readonly dup: boolean;
  readonly retain: boolean;
  /** What the publisher proved; with an external broker, what that broker vouches for. */
  readonly session: Session;
}

/** A response to be published. */
export interface Reply {
  readonly topic: string;
  readonly payload: Buffer;
}

/** What the CSE is to the MQTT binding. */
export type MqttPort = Pick<Cse, 'id' | 'name' | 'spId' | 'handle' | 'load'>;

/**
 * Turns publications on request topics into requests and their responses into replies (TS-0010 §6.4, §6.5). Waits while
 * the CSE is saturated, so that whoever acknowledges after it holds the publisher back.
 *
 * @returns handles one publication; undefined when nobody is to be told. Never rejects.
 */
export function requestHandler(
  cse: MqttPort,
  limits: Limits,
  refused: CountRefusal,
): (publication: Publication) => Promise<Reply | undefined> {
  const replays = new Replays();
  const ownLevel = levelOf(cse.id);

  const refusal = (status: StatusName, rqi: string, why: string): ResponsePrimitive => ({
    rsc: responseStatus[status].rsc,
    rqi,
    pc: { 'm2m:dbg': why },
  });

  const execute = async (request: RequestPrimitive, publication: Publication): Promise<ResponsePrimitive> => {
    const mismatch = mismatchOf(request, publication, cse);
    if (mismatch !== undefined) {
      refused('originator-mismatch', { originator: publication.topic.originator });
      return refusal('ORIGINATOR_NOT_AUTHENTICATED', request.rqi, mismatch);
    }
    await cse.load.rate.turn(publication.session, request.fr ?? publication.topic.originator);
    if (cse.load.saturated) await cse.load.room();
    return cse.handle(request, publication.session);
  };

  const answer = async (publication: Publication, format: Format): Promise<ResponsePrimitive> => {
    if (publication.retain) {
      refused('retained');
      return refusal('BAD_REQUEST', '', 'requests are not to be retained (TS-0010 §6.4.1)');
    }
    try {
      const request = readRequest(format, publication.payload, limits);
      // Retrieving twice does no harm, and an old answer might.
      if (request.op === operation.retrieve) return await execute(request, publication);
      const { response, repeated } = replays.once(
        { topic: topicText(publication.topic), payload: publication.payload, dup: publication.dup },
        () => execute(request, publication),
      );
      if (repeated) refused('repeated', { rqi: request.rqi });
      return await response;
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      refused('malformed', { originator: publication.topic.originator, why: error.message });
      return refusal(error.status, error.rqi ?? '', error.message);
    }
  };

  return async (publication) => {
    const { topic } = publication;
    if (topic.receiver !== ownLevel) {
      refused('other-receiver', { receiver: topic.receiver });
      return undefined;
    }
    const format = isFormat(topic.format) ? topic.format : undefined;
    if (format === undefined) refused('unsupported-format', { format: topic.format });
    const response =
      format === undefined
        ? refusal('UNSUPPORTED_MEDIA_TYPE', '', `${topic.format} is not supported; use json, cbor or xml`)
        : await answer(publication, format);
    const written = format ?? 'json';
    return {
      topic: topicText({ ...responseTopic(topic), format: written }),
      payload: writePrimitive(written, response),
    };
  };
}

/** The broker vouches for the originator in the topic; the payload may not claim another one (TS-0010 §7.2). */
function mismatchOf(request: RequestPrimitive, { topic, session }: Publication, cse: MqttPort): string | undefined {
  if (topic.kind === 'reg_req') {
    return request.op === operation.create ? undefined : 'only registrations are sent to reg_req topics';
  }
  if (request.fr === undefined) return undefined;
  // A CSE passes on requests of others; whom it speaks for, the CSE decides.
  if (session.originatorPattern === `/${topic.originator}`) return undefined;
  const claimed = stemOf(request.fr, cse);
  const vouched = stemOf(idOf(topic.originator), cse);
  const same = claimed === vouched || levelOf(claimed) === topic.originator;
  return same ? undefined : `fr is ${request.fr}, and the topic says ${topic.originator}`;
}
