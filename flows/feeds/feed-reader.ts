import { setTimeout as delay } from 'node:timers/promises';
import { type JsonClient, RequestRefused } from '../http/json-client.ts';
import { Acknowledgement } from '../settlement/acknowledgement.ts';

/** One entry of a feed, as both doors send it. */
export interface FeedEntry {
  readonly seq: number;
  readonly at: string;
  readonly kind: string;
  readonly labels: readonly string[];
  readonly body: unknown;
}

interface FeedBatch {
  readonly cursor: number;
  readonly gap: { readonly from: number; readonly to: number } | null;
  readonly entries: readonly FeedEntry[];
}

export interface FeedReaderOptions {
  readonly client: JsonClient;
  /** Path of the door: `/.changes`. */
  readonly door: string;
  readonly consumer: string;
  readonly labels: readonly string[];
  readonly kinds: readonly string[];
  /** Messages that may be under way; reading pauses above it. */
  readonly windowMax: number;
  /** Takes one entry; `settled` is called once nothing more is to be done with it. */
  readonly onEntry: (entry: FeedEntry, settled: () => void) => void;
  /** Entries that were removed before this reader came for them. */
  readonly onGap: (gap: { readonly from: number; readonly to: number }) => void;
  readonly onState: (state: ReaderState) => void;
}

export type ReaderState =
  | { readonly kind: 'reading' }
  | { readonly kind: 'refused' | 'waiting'; readonly reason: string };

const limitMax = 500;
const waitSeconds = 20;
const acknowledgeEveryMs = 1_000;
const refusedPauseMs = 15_000;
const unreachablePauseMs = { firstMs: 250, longestMs: 5_000 };
const drainMs = 6_000;
/** Without any progress for this long the rest counts as dropped, as when a deploy takes nodes away under messages. */
const drainStallMs = 1_000;

/**
 * Reads a feed for ever, from where its consumer had acknowledged. Entries are handed out in order; what is
 * acknowledged is the position below which all of them are settled, so a crash repeats some entries and skips none.
 */
export class FeedReader {
  readonly #options: FeedReaderOptions;
  readonly #progress = new Acknowledgement();
  readonly #stopping = new AbortController();
  #acknowledged = 0;
  #after: number | undefined;
  #running: Promise<void> | undefined;
  #acknowledger: NodeJS.Timeout | undefined;
  #room: (() => void) | undefined;

  constructor(options: FeedReaderOptions) {
    this.#options = options;
  }

  /** Entries handed out and not settled. */
  get unsettled(): number {
    return this.#progress.unsettled;
  }

  start(): void {
    this.#running ??= this.#read();
    this.#acknowledger ??= setInterval(() => void this.#acknowledge().catch(() => undefined), acknowledgeEveryMs);
  }

  /** Stops reading, waits a bounded time for what is under way, and acknowledges it. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    clearInterval(this.#acknowledger);
    this.#room?.();
    await this.#running;
    const deadline = Date.now() + drainMs;
    let progressAt = Date.now();
    let left = this.#progress.unsettled;
    while (left > 0 && Date.now() < deadline && Date.now() - progressAt < drainStallMs) {
      await delay(20);
      if (this.#progress.unsettled < left) progressAt = Date.now();
      left = this.#progress.unsettled;
    }
    await this.#acknowledge().catch(() => undefined); // what is not acknowledged is delivered again
  }

  async #read(): Promise<void> {
    const { windowMax, onState } = this.#options;
    const { signal } = this.#stopping;
    let failures = 0;
    while (!signal.aborted) {
      const room = windowMax - this.#progress.unsettled;
      if (room <= 0) {
        await this.#nextRoom();
        continue;
      }
      try {
        // The first answer comes at once, so that the node shows whether it reads.
        const wait = this.#after === undefined ? 0 : waitSeconds;
        const batch = await this.#request(Math.min(limitMax, room), wait, signal);
        if (failures > 0 || this.#after === undefined) onState({ kind: 'reading' });
        failures = 0;
        this.#take(batch);
      } catch (error) {
        if (signal.aborted) return;
        failures += 1;
        const reason = error instanceof Error ? error.message : String(error);
        const isRefused = error instanceof RequestRefused;
        onState({ kind: isRefused ? 'refused' : 'waiting', reason });
        const pause = isRefused
          ? refusedPauseMs
          : Math.min(unreachablePauseMs.longestMs, unreachablePauseMs.firstMs * 2 ** Math.min(failures - 1, 10));
        await delay(pause * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
      }
    }
  }

  #take({ cursor, gap, entries }: FeedBatch): void {
    const { onEntry, onGap } = this.#options;
    if (gap !== null) onGap(gap);
    const taken = entries.map((entry) => ({ entry, settle: this.#progress.take(entry.seq) }));
    this.#progress.lookedThrough(cursor);
    this.#after = cursor;
    for (const { entry, settle } of taken) {
      onEntry(entry, () => {
        settle();
        this.#room?.();
      });
    }
  }

  #nextRoom(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    // A little room is not worth a request.
    const enough = this.#options.windowMax * 0.75;
    this.#room = () => {
      if (this.#progress.unsettled > enough && !this.#stopping.signal.aborted) return;
      this.#room = undefined;
      resolve();
    };
    this.#room();
    return promise;
  }

  async #request(limit: number, wait: number, signal: AbortSignal): Promise<FeedBatch> {
    const { client, door, consumer, labels, kinds } = this.#options;
    const query = new URLSearchParams({ consumer, limit: String(limit), wait: String(wait) });
    for (const label of labels) query.append('label', label);
    for (const kind of kinds) query.append('kind', kind);
    if (this.#after !== undefined) query.set('after', String(this.#after));
    const position = this.#progress.position;
    if (position > this.#acknowledged) query.set('ack', String(position));
    const batch = await client.once<FeedBatch>({
      method: 'GET',
      path: `${door}?${query}`,
      signal,
      timeoutMs: wait * 1000 + 10_000,
    });
    this.#acknowledged = Math.max(this.#acknowledged, position);
    return batch;
  }

  /** Says how far things are settled while the reader waits for room or for entries. */
  async #acknowledge(): Promise<void> {
    if (this.#progress.position <= this.#acknowledged) return;
    await this.#request(1, 0, AbortSignal.timeout(5_000));
  }
}
