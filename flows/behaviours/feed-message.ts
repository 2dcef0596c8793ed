import { type ChangeBody, type JsonValue, readContent } from '#ontologies';
import type { FeedEntry } from '../feeds/feed-reader.ts';
import type { Message } from '../node-red.ts';
import { FlowFailure } from '../settlement/failure.ts';

/** What a message tells of the change it was made from. */
export interface Change extends ChangeBody {
  /** Position in the change feed; kept by replayed messages. */
  readonly seq: number;
  /** When the change was written, ISO 8601. */
  readonly time: string;
  readonly kind: string;
  readonly labels: readonly string[];
  /** Id in the quarantine, when the message is played again. */
  readonly replayOf?: string;
}

export type ChangeMessage = Message & { readonly onem2m: Change; payload: unknown };

/** How the content of a contentInstance becomes the payload. */
export type ContentFormat = 'json' | 'text';

const contentInstance = 4;

/**
 * The message for one entry of the change feed.
 * @throws FlowFailure when the content is not what the node was told to expect
 */
export function messageOf(entry: FeedEntry, format: ContentFormat, replayOf?: string): ChangeMessage {
  const body = entry.body as ChangeBody;
  const onem2m: Change = {
    ...body,
    seq: entry.seq,
    time: entry.at,
    kind: entry.kind,
    labels: entry.labels,
    ...(replayOf === undefined ? {} : { replayOf }),
  };
  return { topic: body.to, payload: payloadOf(entry, body, format), onem2m };
}

function payloadOf(entry: FeedEntry, body: ChangeBody, format: ContentFormat): JsonValue {
  const representation = Object.values((body.pc ?? {}) as Record<string, JsonValue>)[0] ?? null;
  if (body.ty !== contentInstance || entry.kind === 'deleted') return representation;
  if (format === 'text') return (representation as { con?: JsonValue } | null)?.con ?? null;
  const content = readContent({ labels: entry.labels, body });
  if ('quarantine' in content) throw new FlowFailure(content.quarantine.stage, content.quarantine.reason);
  return content.input.content;
}

/** The change a message comes from; undefined for messages that were made in the editor, by an Inject node say. */
export function changeOf({ onem2m }: Message): Change | undefined {
  return typeof onem2m === 'object' && onem2m !== null && 'to' in onem2m && 'labels' in onem2m
    ? (onem2m as Change)
    : undefined;
}
