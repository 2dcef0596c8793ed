import type { JsonValue } from '#ontologies';
import type { FeedEntry } from '../feeds/feed-reader.ts';
import type { House } from '../runtime/house.ts';
import type { FlowFailure } from '../settlement/failure.ts';
import type { Connection } from './connection.ts';

const messageBytesMax = 60_000;

/** Puts an entry of the change feed aside with the reason; returns once the territory keeps it. */
export async function putAside(
  connection: Connection,
  { log, counters }: Pick<House, 'log' | 'counters'>,
  entry: FeedEntry,
  failure: FlowFailure,
): Promise<void> {
  counters.quarantined += 1;
  const resource = resourceOf(entry);
  try {
    await connection.quarantine.add({
      reason: failure.reason,
      stage: failure.stage,
      ...(failure.mapping === undefined ? {} : { mapping: failure.mapping }),
      origin: { resource, sequence: entry.seq, ...(failure.mapping === undefined ? {} : { mapping: failure.mapping }) },
      message: bounded(entry),
    });
  } catch (error) {
    if (connection.signal.aborted) throw error;
    log.error(
      {
        resource,
        seq: entry.seq,
        reason: failure.message,
        error: error instanceof Error ? error.message : String(error),
      },
      'a message could not be put aside and is dropped',
    );
  }
}

function resourceOf({ body }: FeedEntry): string {
  return typeof body === 'object' && body !== null && 'to' in body && typeof body.to === 'string' ? body.to : '?';
}

/** The entry as it came; without its representation when that is too long to keep. */
function bounded(entry: FeedEntry): JsonValue {
  const text = JSON.stringify(entry);
  if (Buffer.byteLength(text) <= messageBytesMax) return entry as unknown as JsonValue;
  const { pc: _, ...body } = entry.body as Record<string, JsonValue>;
  return { seq: entry.seq, at: entry.at, kind: entry.kind, labels: entry.labels, body: { ...body, truncated: true } };
}
