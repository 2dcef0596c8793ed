import { Readable } from 'node:stream';
import type { AedesPublishPacket, Client, Subscription } from 'aedes';
import { parseFilter, parseTopic, type TopicKind } from './topic.ts';

type Packet = Omit<AedesPublishPacket, 'messageId'> & { messageId?: number | undefined };
type ClientRef = Pick<Client, 'id'>;
interface Stored {
  readonly qos: Subscription['qos'];
  readonly rh: number | undefined;
  readonly rap: boolean | undefined;
  readonly nl: boolean | undefined;
}
type Match = Stored & { clientId: string; topic: string };

interface StoredSession {
  readonly subscriptions: Map<string, Stored>;
  /** Packets of QoS 1 and 2 until they are acknowledged. */
  outgoing: Packet[];
  /** Identifiers of QoS 2 packets that were received and not released yet. */
  readonly incoming: Map<number, Packet>;
  touchedAt: number;
}

export interface SessionLimits {
  /** Packets kept for one client; beyond it new ones are dropped and a connected client is cut off. */
  readonly queuedMax: number;
  /** Sessions kept; the one that was away longest gives way. */
  readonly sessionsMax: number;
  /** How long the session of a client that is away is kept. */
  readonly awayMs: number;
}

const defaultLimits: SessionLimits = { queuedMax: 1_000, sessionsMax: 20_000, awayMs: 24 * 3_600_000 };

/**
 * What the embedded broker keeps for its clients: sessions (clean session 0, as TS-0010 §6.3.3 wants), their
 * subscriptions and the packets that wait. Everything is bounded and in memory: a restart of the CSE forgets sessions,
 * and clients subscribe again. Nothing is retained and there are no wills, neither of which the binding uses.
 *
 * The broker stores every filter of a SUBSCRIBE as soon as one of them was granted; `mayHear` keeps the refused out.
 */
export class SessionStore {
  readonly #limits: SessionLimits;
  readonly #mayHear: (client: Client, filter: string) => boolean;
  readonly #sessions = new Map<string, StoredSession>();
  /** Who hears what, by kind and own level: a publication finds its subscribers without looking at all sessions. */
  readonly #subscribers = new Map<string, Set<string>>();
  #connected: Readonly<Record<string, unknown>> = {};

  constructor(mayHear: (client: Client, filter: string) => boolean, limits: SessionLimits = defaultLimits) {
    this.#mayHear = mayHear;
    this.#limits = limits;
  }

  /** The broker introduces itself before anything else. */
  async setup({ clients }: { readonly clients: Readonly<Record<string, unknown>> }): Promise<void> {
    this.#connected = clients;
  }

  async addSubscriptions(client: Client, subscriptions: readonly Subscription[]): Promise<void> {
    const session = this.#session(client.id);
    for (const { topic, qos, rh, rap, nl } of subscriptions) {
      if (!this.#mayHear(client, topic)) continue;
      session.subscriptions.set(topic, { qos, rh, rap, nl });
      const key = keyOfFilter(topic);
      if (key !== undefined) this.#subscribers.set(key, (this.#subscribers.get(key) ?? new Set()).add(client.id));
    }
  }

  async removeSubscriptions({ id }: ClientRef, filters: readonly string[]): Promise<void> {
    const session = this.#sessions.get(id);
    for (const filter of filters) session?.subscriptions.delete(filter);
    this.#reindex(id, filters);
  }

  async subscriptionsByClient({ id }: ClientRef): Promise<(Stored & { topic: string })[]> {
    const session = this.#sessions.get(id);
    if (session === undefined) return [];
    session.touchedAt = Date.now();
    return [...session.subscriptions].map(([topic, stored]) => ({ topic, ...stored }));
  }

  async subscriptionsByTopic(topic: string): Promise<Match[]> {
    const parsed = parseTopic(topic);
    if (parsed === undefined) return [];
    const own = isForReceiver(parsed.kind) ? parsed.receiver : parsed.originator;
    const matches: Match[] = [];
    for (const clientId of this.#subscribers.get(keyOf(parsed.kind, own)) ?? []) {
      for (const [filter, stored] of this.#sessions.get(clientId)?.subscriptions ?? []) {
        if (stored.qos > 0 && matches.at(-1)?.clientId !== clientId && filterMatches(filter, topic)) {
          matches.push({ clientId, topic: filter, ...stored });
        }
      }
    }
    return matches;
  }

  async cleanSubscriptions({ id }: ClientRef): Promise<void> {
    this.#forget(id);
  }

  async countOffline(): Promise<{ subsCount: number; clientsCount: number }> {
    return { subsCount: this.#subscribers.size, clientsCount: this.#sessions.size };
  }

  async outgoingEnqueue({ clientId }: { clientId: string }, packet: Packet): Promise<void> {
    const session = this.#session(clientId);
    if (session.outgoing.length < this.#limits.queuedMax) session.outgoing.push({ ...packet });
  }

  async outgoingEnqueueCombi(matches: readonly { clientId: string }[], packet: Packet): Promise<void> {
    for (const match of matches) await this.outgoingEnqueue(match, packet);
  }

  async outgoingUpdate({ id }: ClientRef, packet: Packet): Promise<void> {
    const outgoing = this.#sessions.get(id)?.outgoing ?? [];
    const place = outgoing.findIndex((queued) =>
      queued.brokerId === packet.brokerId
        ? queued.brokerCounter === packet.brokerCounter
        : queued.messageId === packet.messageId,
    );
    const queued = outgoing[place];
    if (queued === undefined) throw new Error('the packet is no longer queued');
    if (queued.brokerId === packet.brokerId) queued.messageId = packet.messageId;
    else outgoing[place] = packet;
  }

  async outgoingClearMessageId({ id }: ClientRef, packet: Packet): Promise<Packet | undefined> {
    const outgoing = this.#sessions.get(id)?.outgoing;
    const place = outgoing?.findIndex(({ messageId }) => messageId === packet.messageId) ?? -1;
    return place < 0 ? undefined : outgoing?.splice(place, 1)[0];
  }

  outgoingStream({ id }: ClientRef): Readable {
    return Readable.from([...(this.#sessions.get(id)?.outgoing ?? [])]);
  }

  async incomingStorePacket({ id }: ClientRef, packet: Packet): Promise<void> {
    this.#session(id).incoming.set(packet.messageId ?? 0, packet);
  }

  async incomingGetPacket({ id }: ClientRef, { messageId }: Packet): Promise<Packet> {
    const packet = this.#sessions.get(id)?.incoming.get(messageId ?? 0);
    if (packet === undefined) throw new Error('no such packet');
    return packet;
  }

  async incomingDelPacket({ id }: ClientRef, { messageId }: Packet): Promise<void> {
    if (this.#sessions.get(id)?.incoming.delete(messageId ?? 0) !== true) throw new Error('no such packet');
  }

  async cleanIncoming({ id }: ClientRef): Promise<void> {
    const session = this.#sessions.get(id);
    session?.incoming.clear();
    if (session?.subscriptions.size === 0) this.#sessions.delete(id);
  }

  async storeRetained(): Promise<void> {}

  createRetainedStreamCombi(): Readable {
    return Readable.from([]);
  }

  async putWill(): Promise<void> {}

  async getWill(): Promise<undefined> {}

  async delWill(): Promise<undefined> {}

  streamWill(): Readable {
    return Readable.from([]);
  }

  #session(id: string): StoredSession {
    const known = this.#sessions.get(id);
    if (known !== undefined) {
      known.touchedAt = Date.now();
      return known;
    }
    this.#makeRoom();
    const session: StoredSession = {
      subscriptions: new Map(),
      outgoing: [],
      incoming: new Map(),
      touchedAt: Date.now(),
    };
    this.#sessions.set(id, session);
    return session;
  }

  /** Sessions stand in the order of their creation, so a look at the first few finds the stale ones at little cost. */
  #makeRoom(): void {
    const stale = Date.now() - this.#limits.awayMs;
    let looked = 0;
    for (const [id, { touchedAt }] of this.#sessions) {
      const away = this.#connected[id] === undefined;
      if (away && (touchedAt < stale || this.#sessions.size >= this.#limits.sessionsMax)) this.#forget(id);
      looked += 1;
      if (looked === 8) break;
    }
  }

  #forget(id: string): void {
    const filters = [...(this.#sessions.get(id)?.subscriptions.keys() ?? [])];
    this.#sessions.delete(id);
    this.#reindex(id, filters);
  }

  #reindex(id: string, removed: readonly string[]): void {
    const kept = new Set([...(this.#sessions.get(id)?.subscriptions.keys() ?? [])].map(keyOfFilter));
    for (const filter of removed) {
      const key = keyOfFilter(filter);
      if (key === undefined || kept.has(key)) continue;
      const subscribers = this.#subscribers.get(key);
      subscribers?.delete(id);
      if (subscribers?.size === 0) this.#subscribers.delete(key);
    }
  }
}

const isForReceiver = (kind: TopicKind): boolean => kind === 'req' || kind === 'reg_req';

const keyOf = (kind: TopicKind, own: string): string => `${kind}/${own}`;

const keyOfFilter = (filter: string): string | undefined => {
  const parsed = parseFilter(filter);
  return parsed === undefined ? undefined : keyOf(parsed.kind, parsed.own);
};

/** MQTT 3.1.1 §4.7, for filters that `parseFilter` accepted: `#` only at the end. */
function filterMatches(filter: string, topic: string): boolean {
  const wanted = filter.split('/');
  const levels = topic.split('/');
  if (wanted.at(-1) === '#') wanted.pop();
  else if (wanted.length !== levels.length) return false;
  return wanted.every((level, index) => level === '+' || level === levels[index]);
}
