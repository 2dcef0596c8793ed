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
  /** Called once, when every branch is finished. */
  readonly onSettled: (outcome: Outcome) => void;
}

/**
 * `failed`: with a failure that nobody caught. `interrupted`: a deployment took nodes away under the message, which has to be
 * sent again.
 */
export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly failure: FlowFailure }
  | { readonly kind: 'interrupted' };

interface Entry extends OpenMessage {
  readonly id: string;
  readonly openedAt: number;
  /** Deliveries that are queued or being worked on. */
  pending: number;
  /** Nodes at work, once per message each of them has received. */
  readonly at: Node[];
  failure: FlowFailure | undefined;
  isInterrupted: boolean;
  /** When a deployment replaced a node that had the message. */
  replacedAt: number | undefined;
}

/** A node that never says when it is done, with a message it has not sent on yet. */
interface Silence {
  readonly message: Message;
  readonly node: Node;
  ticks: number;
}

const tickEveryMs = 250;
/** How long a silent node may think before it sends: about a second, and at least as many turns of the event loop. */
const silentTicks = 4;
const ticksPerSweep = 4;
/** What a node that a deployment replaced may still finish. */
const replacedGraceMs = 2_000;

/**
 * Follows every message through the wires, by its `_msgid`, until nothing works on it any more: whatever nodes a user
 * has put between. Node-RED's hooks tell of each delivery, reception and completion (`watch-messages.ts`).
 *
 * Some nodes never say that they are done (of the core ones, `switch` and `filter`); `switch` even queues messages and
 * sends them later. Such a node is done with a message when it sends it, or when it has not sent it for a second.
 */
export class Ledger {
  readonly #options: LedgerOptions;
  readonly #open = new Map<string, Entry>();
  /** Messages on their way to a node; what arrives without being in here was handed over directly (link, catch). */
  readonly #queued = new WeakSet<Message>();
  /** Finds the entry again when a node has overwritten `_msgid`. */
  readonly #entryOf = new WeakMap<Message, Entry>();
  readonly #ticker: NodeJS.Timeout;
  #ticks = 0;
  #silences: Silence[] = [];
  #finished: Entry[] = [];

  constructor(options: LedgerOptions) {
    this.#options = options;
    this.#ticker = setInterval(() => this.#tick(), tickEveryMs);
    this.#ticker.unref();
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
      isInterrupted: false,
      replacedAt: undefined,
    };
    this.#open.set(entry.id, entry);
    try {
      send();
    } finally {
      this.#less(entry);
    }
  }

  /** The router is about to queue a message that `from` has sent. */
  delivering(message: Message, from: Node): void {
    const entry = this.#entry(message);
    if (entry === undefined) return;
    entry.pending += 1;
    this.#queued.add(message);
    if (isSilent(from)) this.completed(message, from);
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

  /** The handler of a silent node has returned: it may have kept the message to send it later. */
  handledInSilence(message: Message, node: Node): void {
    if (this.isAt(message, node)) this.#silences.push({ message, node, ticks: 0 });
  }

  /** A Catch node takes care of the failure: the message counts as dealt with unless something else fails. */
  caught(message: Message): void {
    const entry = this.#entry(message);
    if (entry !== undefined) entry.failure = undefined;
  }

  /** Part of the way was cut: the message will be sent again once it has come to rest. */
  interrupt(message: Message): void {
    const entry = this.#entry(message);
    if (entry !== undefined) entry.isInterrupted = true;
  }

  /** After a deployment: messages at nodes that are gone get a moment to finish, then are sent again. */
  replaced(isReplaced: (node: Node) => boolean): void {
    const now = Date.now();
    for (const entry of this.#open.values()) {
      const isCut = entry.at.some((node) => !this.#options.patientTypes.has(node.type) && isReplaced(node));
      if (isCut) entry.replacedAt = now;
    }
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
    clearInterval(this.#ticker);
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
    if (entry.isInterrupted) entry.onSettled({ kind: 'interrupted' });
    else if (entry.failure !== undefined) entry.onSettled({ kind: 'failed', failure: entry.failure });
    else entry.onSettled({ kind: 'done' });
  }

  #tick(): void {
    this.#silences = this.#silences.filter((silence) => {
      silence.ticks += 1;
      if (silence.ticks < silentTicks) return this.isAt(silence.message, silence.node);
      this.completed(silence.message, silence.node);
      return false;
    });
    this.#ticks += 1;
    if (this.#ticks % ticksPerSweep === 0) this.#giveUp();
  }

  /** Settles as failed what has been with impatient nodes for too long. */
  #giveUp(): void {
    const now = Date.now();
    for (const entry of this.#open.values()) {
      if (entry.replacedAt !== undefined && now - entry.replacedAt > replacedGraceMs) {
        entry.isInterrupted = true;
        this.#settle(entry);
      }
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

/** Whether a node takes no `done`. */
export const isSilent = (node: Node): boolean => node._expectedDoneCount === 0;
