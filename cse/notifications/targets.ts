import { randomUUID } from 'node:crypto';
import { messageOf } from '#platform';
import { aeStem, type Names, readAddress } from '../address.ts';
import type { Notifications } from '../interface.ts';
import type { PollingChannels } from '../polling/channels.ts';
import {
  type JsonObject,
  type NotificationSender,
  operation,
  type RequestPrimitive,
  type ResponsePrimitive,
} from '../primitive.ts';
import { Refused } from '../refusal.ts';
import type { Resource } from '../store/resource.ts';
import type { Store } from '../store/store.ts';

const aeType = 2;
const requestReleases = ['5', '4', '3', '2a', '2'];
/** For one point of access, or a connection, to answer. */
const answerTimeoutMs = 10_000;

/**
 * A request in a release the receiver knows: the newest both sides do. Release 1 has neither indicator nor vendor
 * information (TS-0004 §7.3.2.6).
 */
function inReleaseOf({ rvi: _rvi, vsi, ...request }: RequestPrimitive, srv: unknown): RequestPrimitive {
  const known = Array.isArray(srv) ? srv : ['3'];
  const rvi = requestReleases.find((release) => known.includes(release));
  return rvi === undefined ? request : { ...request, rvi, ...(vsi === undefined ? {} : { vsi }) };
}

const inTime = (signal: AbortSignal): AbortSignal => AbortSignal.any([signal, AbortSignal.timeout(answerTimeoutMs)]);

const isUrl = (target: string): boolean => /^[a-z][a-z0-9+.-]*:\/\//i.test(target);

/**
 * Finds the way to a notification target: a URL, an AE by open connection, point of access or polling channel, or another
 * resource, here or elsewhere, that takes notifications itself (TS-0004 §7.3.3.9).
 */
export class Targets implements Notifications {
  readonly #store: Store;
  readonly #names: Names;
  readonly #polling: PollingChannels;
  readonly #perform: (request: RequestPrimitive) => Promise<Omit<ResponsePrimitive, 'rqi'>>;
  readonly #senders = new Map<string, NotificationSender>();
  readonly #connections = new Map<string, NotificationSender>();

  /** @param options.perform carries out a NOTIFY to a resource that is no AE, here or on another CSE */
  constructor(options: {
    readonly store: Store;
    readonly names: Names;
    readonly polling: PollingChannels;
    readonly perform: (request: RequestPrimitive) => Promise<Omit<ResponsePrimitive, 'rqi'>>;
  }) {
    this.#store = options.store;
    this.#names = options.names;
    this.#polling = options.polling;
    this.#perform = options.perform;
  }

  register(scheme: string, sender: NotificationSender): void {
    this.#senders.set(scheme, sender);
  }

  connect(originator: string, sender: NotificationSender): () => void {
    this.#connections.set(originator, sender);
    return () => {
      if (this.#connections.get(originator) === sender) this.#connections.delete(originator);
    };
  }

  /** Whether a URL's scheme is one somebody speaks here. */
  speaks(target: string): boolean {
    return this.senderFor(target) !== undefined;
  }

  /** Who speaks the scheme of a URL. */
  senderFor(target: string): NotificationSender | undefined {
    return this.#senders.get(target.slice(0, target.indexOf(':')).toLowerCase());
  }

  /** Open connection of an AE or CSE. */
  connectionOf(originator: string): NotificationSender | undefined {
    return this.#connections.get(originator);
  }

  /**
   * Sends content to a target and returns what it answers.
   *
   * @param target entry of `nu` or `su`: URL, AE-ID or resource identifier
   * @param signal ends waiting; one address is given 10 s to answer, a polling channel as long as it takes
   * @param ec event category, when the subscription asks for one
   * @throws Refused TARGET_NOT_REACHABLE when nothing leads there; the sender's error when nobody answered
   */
  async send(target: string, content: JsonObject, signal: AbortSignal, ec?: number): Promise<ResponsePrimitive> {
    const request = {
      op: operation.notify,
      fr: this.#names.cseId,
      rqi: randomUUID(),
      pc: content,
      ...(ec === undefined ? {} : { ec }),
    } as const;
    if (!isUrl(target)) {
      const resource = await this.resourceAt(target);
      if (resource?.ty === aeType)
        return this.sendToAe(resource, { ...request, to: `${this.#names.cseId}/${resource.ri}` }, signal);
      const answer = await this.#perform({ ...request, to: target, rvi: '3' });
      return { ...answer, rqi: request.rqi };
    }
    const url = new URL(target);
    const serialization = url.searchParams.get('ct') ?? undefined;
    url.searchParams.delete('ct');
    const sender = this.#senders.get(url.protocol.slice(0, -1));
    if (sender === undefined) throw new Refused('TARGET_NOT_REACHABLE', `${url.protocol} is not spoken here`);
    return sender.send(url, { ...request, to: target, rvi: '3' }, inTime(signal), undefined, serialization);
  }

  /**
   * Hands a NOTIFY to an AE: over its open connection, else to the first point of access that answers, else to its polling
   * channel, where it waits until the AE asks for it (TS-0001 §10.2.5.17).
   */
  async sendToAe(ae: Resource, request: RequestPrimitive, signal: AbortSignal): Promise<ResponsePrimitive> {
    if (ae.ty !== aeType) throw new Refused('TARGET_NOT_REACHABLE', `${ae.path} is not an AE`);
    const { poa, rr, srv, csz } = ae.attributes;
    const serialization = Array.isArray(csz) && !csz.includes('json') ? String(csz[0]) : undefined;
    const forwarded = inReleaseOf(request, srv);
    const connection = this.#connections.get(ae.ri);
    if (connection !== undefined)
      return connection.send(new URL(`ws:///${encodeURIComponent(ae.ri)}`), forwarded, inTime(signal));
    const addresses =
      Array.isArray(poa) && rr === true ? poa.filter((address): address is string => typeof address === 'string') : [];
    let failure = 'it has no point of access, no open connection and no polling channel';
    for (const address of addresses) {
      const sender = URL.canParse(address) ? this.#senders.get(new URL(address).protocol.slice(0, -1)) : undefined;
      if (sender === undefined) {
        failure = `${address} is not spoken here`;
        continue;
      }
      try {
        return await sender.send(new URL(address), forwarded, inTime(signal), undefined, serialization);
      } catch (error) {
        failure = `${address}: ${messageOf(error)}`;
        if (signal.aborted) break;
      }
    }
    // Whoever has an address besides may be back there soon: the channel is given as long as an address.
    const polled = await this.sendToChannel(ae, forwarded, addresses.length === 0 ? signal : inTime(signal));
    if (polled !== undefined) return polled;
    throw new Refused('TARGET_NOT_REACHABLE', `${ae.path} cannot be reached: ${failure}`);
  }

  /**
   * Hands a request to an AE or CSE that polls, and waits for its answer (TS-0001 §10.2.5.17).
   *
   * @param holder the <AE> or <remoteCSE>
   * @returns undefined when it has no polling channel
   */
  async sendToChannel(
    holder: Resource,
    request: RequestPrimitive,
    signal: AbortSignal,
  ): Promise<ResponsePrimitive | undefined> {
    const channel = signal.aborted ? undefined : await this.#polling.of(holder);
    return channel === undefined ? undefined : this.#polling.send(channel, request, signal);
  }

  /** The resource a target names: an AE-ID, or an address in any form. */
  async resourceAt(target: string): Promise<Resource | undefined> {
    const address = readAddress(aeStem(target, this.#names), this.#names);
    if (!address.local || address.below !== undefined) return undefined;
    return address.structured ? this.#store.byPath(address.value) : this.#store.byRi(address.value);
  }
}
