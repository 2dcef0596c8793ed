import type { RequestPrimitive, ResponsePrimitive } from '../primitive.ts';
import { Refused } from '../refusal.ts';
import type { Resource } from '../store/resource.ts';
import type { Store } from '../store/store.ts';
import type { CommittedChange } from '../store/write.ts';
import { nowTimestamp } from '../timestamp.ts';
import { type ChannelLimits, PollingChannel } from './channel.ts';

export const pollingChannelType = 15;

export interface PollingLimits extends ChannelLimits {
  /** How long a poll is held that does not say until when, ms. */
  readonly pollMs: number;
  /** How long any poll is held at most, ms. */
  readonly pollMsMax: number;
}

/** What waits in <pollingChannel> resources: requests that nobody polled yet, and polls that found none. */
export class PollingChannels {
  readonly limits: PollingLimits;
  readonly #store: Store;
  readonly #channels = new Map<number, { readonly path: string; readonly channel: PollingChannel }>();
  #closed = false;

  constructor(store: Store, limits: PollingLimits) {
    this.#store = store;
    this.limits = limits;
  }

  /** Requests that wait in all channels. */
  get depth(): number {
    let depth = 0;
    for (const { channel } of this.#channels.values()) depth += channel.depth;
    return depth;
  }

  /** Polls that wait in all channels. */
  get polls(): number {
    let polls = 0;
    for (const { channel } of this.#channels.values()) polls += channel.polls;
    return polls;
  }

  /** The <pollingChannel> of an <AE> or <remoteCSE>. */
  async of(holder: Resource): Promise<Resource | undefined> {
    const [found] = await this.#store.childrenOfType(holder, pollingChannelType);
    return found === undefined || String(found.attributes.et) <= nowTimestamp() ? undefined : found;
  }

  /**
   * Hands a request to whoever polls the channel, and waits for the answer.
   * @throws Refused TARGET_NOT_REACHABLE when the channel is full or goes away; the reason of the signal
   */
  async send(resource: Resource, request: RequestPrimitive, signal: AbortSignal): Promise<ResponsePrimitive> {
    const channel = this.#channelOf(resource);
    try {
      return await channel.send(request, signal);
    } finally {
      this.#forgetIdle(resource);
    }
  }

  /** Waits for requests in the channel. @returns none when the signal, or something else, ends the poll */
  async poll(resource: Resource, atMost: number, signal: AbortSignal): Promise<readonly RequestPrimitive[]> {
    const channel = this.#channelOf(resource);
    try {
      return await channel.poll(atMost, signal);
    } finally {
      this.#forgetIdle(resource);
    }
  }

  /** Takes back requests that did not reach the poller. */
  offerAgain({ no }: Resource, requests: readonly RequestPrimitive[]): void {
    this.#channels.get(no)?.channel.offerAgain(requests);
  }

  /** @returns false when nobody waits for this answer */
  answer({ no }: Resource, response: ResponsePrimitive): boolean {
    return this.#channels.get(no)?.channel.answer(response) ?? false;
  }

  /** What waits in a channel that is gone, alone or with what is above it, waits no longer. */
  changed({ kind, resource: { path } }: CommittedChange): void {
    if (kind !== 'deleted' || this.#channels.size === 0) return;
    for (const [no, known] of [...this.#channels]) {
      if (known.path !== path && !known.path.startsWith(`${path}/`)) continue;
      this.#channels.delete(no);
      known.channel.end(new Refused('TARGET_NOT_REACHABLE', `${known.path} has been deleted`));
    }
  }

  close(): void {
    this.#closed = true;
    const reason = new Refused('TARGET_NOT_REACHABLE', 'this CSE is being stopped; try again');
    for (const { channel } of this.#channels.values()) channel.end(reason);
    this.#channels.clear();
  }

  #channelOf({ no, path }: Resource): PollingChannel {
    if (this.#closed) throw new Refused('TARGET_NOT_REACHABLE', 'this CSE is being stopped; try again');
    const known = this.#channels.get(no);
    if (known !== undefined) return known.channel;
    const channel = new PollingChannel(this.limits);
    this.#channels.set(no, { path, channel });
    return channel;
  }

  #forgetIdle({ no }: Resource): void {
    if (this.#channels.get(no)?.channel.isIdle) this.#channels.delete(no);
  }
}
