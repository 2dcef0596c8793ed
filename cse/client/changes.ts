import { setTimeout as delay } from 'node:timers/promises';
import { request as httpRequest } from 'undici';
import type { Log } from '#platform';
import type { JsonObject } from '../primitive.ts';
import { responseStatus } from '../response-status.ts';
import { CseRefusal, CseUnreachable } from './refusal.ts';
import { pauseMs } from './retry.ts';

export interface ChangesQuery {
  /** Name of the cursor that the CSE keeps for this reader; letters, digits, ".", "_", ":", "-". */
  readonly consumer: string;
  /** Entries that carry one of these; none: all that the originator may retrieve. */
  readonly labels?: readonly string[];
  readonly kinds?: readonly ('created' | 'updated' | 'deleted')[];
  /** Entries of one batch, 1–1000; default 500. */
  readonly limit?: number;
  /** Seconds a request waits for a first entry, 0–30; default 20. */
  readonly waitSeconds?: number;
  readonly signal?: AbortSignal;
}

export interface Change {
  readonly seq: number;
  /** When it was written, ISO 8601. */
  readonly at: string;
  readonly kind: string;
  readonly labels: readonly string[];
  readonly body: {
    readonly ty: number;
    /** Structured CSE-relative address: `cse-in/lora-70b3/measurements/cin1`. */
    readonly to: string;
    readonly ri: string;
    readonly parent: string;
    readonly originator: string;
    /** The resource with its prefixed name: `{ "m2m:cin": { … } }`. */
    readonly pc?: JsonObject;
  };
}

export interface ChangeBatch {
  readonly entries: readonly Change[];
  /** Everything up to here has been delivered. */
  readonly cursor: number;
  /** Entries that were trimmed before this reader came for them, if any. */
  readonly gap: { readonly from: number; readonly to: number } | null;
  /** Says that this batch and all before it are dealt with; told to the CSE with the next request. */
  ack(): void;
}

interface Door {
  readonly url: URL;
  readonly originator: string;
  readonly token: string | undefined;
  readonly log: Log | undefined;
}

const answerMarginMs = 10_000;
const longestPauseMs = 30_000;

/**
 * Reads the change feed of the CSE for ever: batches in the order of commits, each entry at least once, going on after
 * the last acknowledged one when the process or the connection comes back. Reading runs ahead of `ack`, so work may be
 * acknowledged out of the loop; what is not acknowledged is delivered again to the next reader of that name.
 *
 * @throws CseRefusal when the CSE refuses the reader (wrong token, bad name); connection failures are waited out
 */
export async function* readChanges(door: Door, query: ChangesQuery): AsyncGenerator<ChangeBatch, void, void> {
  if (door.url.protocol !== 'http:' && door.url.protocol !== 'https:') {
    throw new RangeError('the change feed is read over HTTP; give the client an http: URL');
  }
  let after: number | undefined;
  let acked: number | undefined;
  let failures = 0;
  const ackTo = (cursor: number): void => {
    acked = Math.max(acked ?? 0, cursor);
  };
  try {
    while (query.signal?.aborted !== true) {
      try {
        const sent = acked;
        const batch = await readOnce(door, query, query.waitSeconds ?? 20, after, sent);
        if (acked === sent) acked = undefined;
        failures = 0;
        after = batch.cursor;
        if (batch.gap !== null) {
          door.log?.warn({ gap: batch.gap, consumer: query.consumer }, 'changes were trimmed before they were read');
        }
        if (batch.entries.length > 0) yield { ...batch, ack: () => ackTo(batch.cursor) };
      } catch (error) {
        if (query.signal?.aborted) return;
        if (!(error instanceof CseUnreachable)) throw error;
        failures += 1;
        door.log?.warn({ consumer: query.consumer, reason: error.message }, 'the change feed is read again shortly');
        await delay(pauseMs(failures, longestPauseMs), undefined, query.signal ? { signal: query.signal } : {}).catch(
          () => undefined,
        );
      }
    }
  } finally {
    // The last acknowledgement would otherwise be lost and its entries delivered again.
    if (acked !== undefined) await readOnce(door, { ...query, limit: 1 }, 0, after, acked).catch(() => undefined);
  }
}

async function readOnce(
  { url, originator, token }: Door,
  query: ChangesQuery,
  waitSeconds: number,
  after: number | undefined,
  ack: number | undefined,
): Promise<Omit<ChangeBatch, 'ack'>> {
  const target = new URL('/.changes', url);
  target.searchParams.set('consumer', query.consumer);
  for (const label of query.labels ?? []) target.searchParams.append('label', label);
  for (const kind of query.kinds ?? []) target.searchParams.append('kind', kind);
  if (query.limit !== undefined) target.searchParams.set('limit', String(query.limit));
  if (after !== undefined) target.searchParams.set('after', String(after));
  if (ack !== undefined) target.searchParams.set('ack', String(ack));
  target.searchParams.set('wait', String(waitSeconds));
  const timeLimit = AbortSignal.timeout(waitSeconds * 1000 + answerMarginMs);
  let statusCode: number;
  let text: string;
  try {
    const response = await httpRequest(target, {
      headers: {
        'X-M2M-Origin': originator,
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      },
      signal: query.signal && waitSeconds > 0 ? AbortSignal.any([query.signal, timeLimit]) : timeLimit,
    });
    statusCode = response.statusCode;
    text = await response.body.text();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CseUnreachable(`the change feed did not answer: ${reason}`, { mayHaveArrived: true, cause });
  }
  if (statusCode >= 500) throw new CseUnreachable(`the change feed answered ${statusCode}`, { mayHaveArrived: true });
  if (statusCode !== 200) throw refusalOf(statusCode, text, target.pathname);
  return JSON.parse(text) as Omit<ChangeBatch, 'ack'>;
}

/** The door is none of oneM2M's and answers with problem documents (RFC 9457). */
function refusalOf(statusCode: number, text: string, to: string): CseRefusal {
  const { ORIGINATOR_NOT_AUTHENTICATED, BAD_REQUEST } = responseStatus;
  const { rsc } = statusCode === 401 || statusCode === 403 ? ORIGINATOR_NOT_AUTHENTICATED : BAD_REQUEST;
  const problem: unknown = text.startsWith('{') ? JSON.parse(text) : undefined;
  const title =
    typeof problem === 'object' && problem !== null && 'title' in problem ? problem.title : `HTTP ${statusCode}`;
  return new CseRefusal(rsc, { dbg: String(title), to });
}
