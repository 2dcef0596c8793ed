import type { Message, Node } from '../node-red.ts';
import { FlowFailure } from './failure.ts';

export interface LedgerOptions {
  /** Node types that hold messages as long as it takes, because they try again until the other side is back. */
  readonly patientTypes: ReadonlySet<string>;
}

export interface OpenMessage {
  /** Who follows it; see `abandon`. */
  readonly owner: object;
  /** How long the message may stay with nodes that are not patient. */
  readonly timeLimitMs: number;
  /** Called once, when every branch is finished; with the failure that nobody caught, if there was one. */
  readonly onSettled: (failure: FlowFailure | undefined) => void;
}

interface Entry extends OpenMessage {
  readonly id: string;
  readonly openedAt: number;
  /** Deliveries that are queued or being worked on. */
  pending: number;
  /** Nodes at work, once per message each of them has received. */
  readonly at: Node[];
  failure: FlowFailure | undefined;
}

const sweepEveryMs = 1_000;

/**
 * Follows every message through the wires, by its `_msgid`, until nothing works on it any more: whatever nodes a user
 * has put between. Node-RED's hooks tell of each delivery, reception and completion (`watch-messages.ts`).
 *
 * A node may send after it said that it was done with the same message only in the same turn of the event loop.
 */
export class Ledger {
  readonly #options: LedgerOptions;
  readonly #open = new Map<string, Entry>();
  /** Messages on their way to a node; what arrives without being in here was handed over directly (link, catch). */
  readonly #queued = new WeakSet<Message>();
  /** Finds the entry again when a node has overwritten `_msgid`. */
  readonly #entryOf = new WeakMap<Message, Entry>();
  readonly #sweeper: NodeJS.Timeout;
  #finished: Entry[] = [];

  constructor(options: LedgerOptions) {
    this.#options = options;
    this.#sweeper = setInterval(() => this.#sweep(), sweepEveryMs);
    this.#sweeper.unref();
  }

  /** Messages that are not settled. */
  get size(): number {
    return this.#open.size;
  }

  /** Begins to follow a message, sends it by `send`, and settles it when it comes to rest. */
  follow(message: Message & { readonly _msgid: string }, open: OpenMessage, send: () => void): void {
    const entry: Entry = {
      ...open,
      id: message._msgid,
      openedAt: Date.now(),
      pending: 1,
      at: [],
      failure: undefined,
    };
    this.#open.set(entry.id, entry);
    try {
      send();
    } finally {
      this.#less(entry);
    }
  }

  /** The router is about to queue a message for a node. */
  delivering(message: Message): void {
    const entry = this.#entry(message);
    if (entry === undefined) return;
    entry.pending += 1;
    this.#queued.add(message);
  }

  /** @returns true when the message is followed */
  received(message: Message, node: Node): boolean {
    const entry = this.#entry(message);
    if (entry === undefined) return false;
    if (!this.#queued.delete(message)) entry.pending += 1;
    entry.at.push(node);
    this.#entryOf.set(message, entry);
    return true;
  }

  /** The node is finished with the message; saying it twice changes nothing. */
  completed(message: Message, node: Node, failure?: FlowFailure): void {
    const entry = this.#entry(message);
    const place = entry?.at.indexOf(node) ?? -1;
    if (entry === undefined || place < 0) return;
    entry.at.splice(place, 1);
    entry.failure ??= failure;
    this.#less(entry);
  }

  /** A Catch node takes care of the failure: the message counts as dealt with unless something else fails. */
  caught(message: Message): void {
    const entry = this.#entry(message);
    if (entry !== undefined) entry.failure = undefined;
  }

  /** Whether the node still has the message. */
  isAt(message: Message, node: Node): boolean {
    return this.#entry(message)?.at.includes(node) ?? false;
  }

  /** Forgets what this owner follows, unsettled: it is going away, and its feed will deliver the messages again. */
  abandon(owner: object): void {
    for (const entry of this.#open.values()) if (entry.owner === owner) this.#open.delete(entry.id);
  }

  close(): void {
    clearInterval(this.#sweeper);
  }

  #entry(message: Message): Entry | undefined {
    return (message._msgid === undefined ? undefined : this.#open.get(message._msgid)) ?? this.#entryOf.get(message);
  }

  #less(entry: Entry): void {
    entry.pending -= 1;
    if (entry.pending > 0) return;
    // The error of a node reaches Catch nodes only after the hook that told us of it: look again when the turn is over.
    if (this.#finished.length === 0) setImmediate(() => this.#settleFinished());
    this.#finished.push(entry);
  }

  #settleFinished(): void {
    const finished = this.#finished;
    this.#finished = [];
    for (const entry of finished) if (entry.pending <= 0) this.#settle(entry);
  }

  #settle(entry: Entry): void {
    if (this.#open.get(entry.id) !== entry) return;
    this.#open.delete(entry.id);
    entry.onSettled(entry.failure);
  }

  #sweep(): void {
    const now = Date.now();
    for (const entry of this.#open.values()) {
      if (now - entry.openedAt < entry.timeLimitMs) continue;
      const impatient = entry.at.find(({ type }) => !this.#options.patientTypes.has(type));
      if (impatient === undefined && entry.at.length > 0) continue;
      const who = impatient?.name ?? impatient?.type ?? '?';
      const seconds = Math.round((now - entry.openedAt) / 1000);
      entry.failure ??= new FlowFailure('flow', {
        fr: `Le nœud ${who} n’a pas terminé après ${seconds} s.`,
        en: `The node ${who} had not finished after ${seconds} s.`,
      });
      this.#settle(entry);
    }
  }
}
