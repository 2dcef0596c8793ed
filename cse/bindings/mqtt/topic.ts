/** Topics of TS-0010 §6.4: `/oneM2M/<kind>/<originator>/<receiver>/<format>`. */

const kinds = ['req', 'resp', 'reg_req', 'reg_resp'] as const;
export type TopicKind = (typeof kinds)[number];

export interface Topic {
  /** Levels before `/oneM2M`, from the path of a point of access (TS-0010 §6.6); usually none. */
  readonly prefix: string;
  readonly kind: TopicKind;
  /** As in the topic, escaped: `Clight-1`, `id-in:Clight-1`. */
  readonly originator: string;
  /** As in the topic, escaped: `id-in`. */
  readonly receiver: string;
  /** `json`, `cbor`, `xml` or whatever a peer wrote there. */
  readonly format: string;
}

const topicPattern =
  /^(?<prefix>.*?)\/oneM2M\/(?<kind>req|resp|reg_req|reg_resp)\/(?<originator>[^/+#]+)\/(?<receiver>[^/+#]+)\/(?<format>[^/+#]+)$/;

/** @returns undefined when it is not a topic of the binding */
export function parseTopic(topic: string): Topic | undefined {
  const groups = topicPattern.exec(topic)?.groups;
  if (groups === undefined) return undefined;
  const { prefix = '', kind, originator = '', receiver = '', format = '' } = groups;
  return { prefix, kind: kind as TopicKind, originator, receiver, format };
}

export const topicText = ({ prefix, kind, originator, receiver, format }: Topic): string =>
  `${prefix}/oneM2M/${kind}/${originator}/${receiver}/${format}`;

/** Topic of requests, TS-0010 §6.4.2; in JSON unless told otherwise, since every client of the binding reads it. */
export const requestTopic = (originator: string, receiver: string, prefix = '', format = 'json'): string =>
  topicText({ prefix, kind: 'req', originator, receiver, format });

/** Where the response to a request goes: the same originator and receiver, in the same order. */
export const responseTopic = (request: Topic): Topic => ({
  ...request,
  kind: request.kind === 'reg_req' ? 'reg_resp' : 'resp',
});

/**
 * An identifier as topic level, TS-0010 §6.4.2: `/id-in/Clight-1` → `id-in:Clight-1`, `//sp/in` → `:sp:in`.
 * AE-ID-Stems have nothing to escape.
 */
export const levelOf = (id: string): string =>
  (id.startsWith('//') ? `:${id.slice(2)}` : id.startsWith('/') ? id.slice(1) : id).replaceAll('/', ':');

/** The identifier in a topic level. `id-in:Clight-1` → `/id-in/Clight-1`; a level without ":" is given back as it is. */
export function idOf(level: string): string {
  if (level.startsWith(':')) return `//${level.slice(1).replaceAll(':', '/')}`;
  return level.includes(':') ? `/${level.replaceAll(':', '/')}` : level;
}

/** A subscription of TS-0010 §6.4.3, with the one identifier it is for. */
export interface Filter {
  readonly kind: TopicKind;
  /** Level of the subscriber itself: receiver of requests, originator of responses. */
  readonly own: string;
}

const receiverFilter = /^\/oneM2M\/(?<kind>req|reg_req)\/[^/#]+\/(?<own>[^/+#]+)\/(?:#|[^/#]+)$/;
const originatorFilter = /^\/oneM2M\/(?<kind>resp|reg_resp)\/(?<own>[^/+#]+)\/(?:#|[^/#]+\/(?:#|[^/#]+))$/;

/**
 * Reads a topic filter. Only those that name the subscriber in full are filters of the binding: a wildcard in its place
 * would let it hear others.
 */
export function parseFilter(filter: string): Filter | undefined {
  const groups = (receiverFilter.exec(filter) ?? originatorFilter.exec(filter))?.groups;
  return groups === undefined ? undefined : { kind: groups.kind as TopicKind, own: groups.own ?? '' };
}
