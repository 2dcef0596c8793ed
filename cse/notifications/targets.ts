import { randomUUID } from 'node:crypto';
import { messageOf } from '#platform';
import { aeStem, type Names, readAddress } from '../address.ts';
import type { Notifications } from '../interface.ts';
import {
  type JsonObject,
  type NotificationSender,
  operation,
  type RequestPrimitive,
  type ResponsePrimitive,
} from '../primitive.ts';
import type { Answer } from '../procedures/context.ts';
import { Refused } from '../refusal.ts';
import type { Resource } from '../store/resource.ts';
import type { Store } from '../store/store.ts';

const aeType = 2;
const requestReleases = ['5', '4', '3', '2a'];

/** Release to speak with an AE: the newest both sides know (TS-0004 §7.3.2.6). */
const releaseFor = (srv: unknown): string =>
  (Array.isArray(srv) ? requestReleases.find((release) => srv.includes(release)) : undefined) ?? '3';

const isUrl = (target: string): boolean => /^[a-z][a-z0-9+.-]*:\/\//i.test(target);

/**
 * Finds the way to a notification target: a URL, an AE by open connection or point of access, or another resource, here or
 * elsewhere, that takes notifications itself (TS-0004 §7.3.3.9).
 */
export class Targets implements Notifications {
  readonly #store: Store;
  readonly #names: Names;
  readonly #perform: (request: RequestPrimitive) => Promise<Answer>;
  readonly #senders = new Map<string, NotificationSender>();
  readonly #connections = new Map<string, NotificationSender>();

  /** @param perform carries out a NOTIFY to a resource that is no AE, here or on another CSE */
  constructor(store: Store, names: Names, perform: (request: RequestPrimitive) => Promise<Answer>) {
    this.#store = store;
    this.#names = names;
    this.#perform = perform;
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
    url.searchParams.delete('ct');
    const sender = this.#senders.get(url.protocol.slice(0, -1));
    if (sender === undefined) throw new Refused('TARGET_NOT_REACHABLE', `${url.protocol} is not spoken here`);
    return sender.send(url, { ...request, to: target, rvi: '3' }, signal);
  }

  /** Hands a NOTIFY to an AE: over its open connection, else to the first point of access that answers. */
  async sendToAe(ae: Resource, request: RequestPrimitive, signal: AbortSignal): Promise<ResponsePrimitive> {
    if (ae.ty !== aeType) throw new Refused('TARGET_NOT_REACHABLE', `${ae.path} is not an AE`);
    const { poa, rr, srv } = ae.attributes;
    const forwarded = { ...request, rvi: releaseFor(srv) };
    const connection = this.#connections.get(ae.ri);
    if (connection !== undefined)
      return connection.send(new URL(`ws:///${encodeURIComponent(ae.ri)}`), forwarded, signal);
    const addresses =
      Array.isArray(poa) && rr === true ? poa.filter((address): address is string => typeof address === 'string') : [];
    let failure = 'it has no point of access and no open connection';
    for (const address of addresses) {
      const sender = URL.canParse(address) ? this.#senders.get(new URL(address).protocol.slice(0, -1)) : undefined;
      if (sender === undefined) {
        failure = `${address} is not spoken here`;
        continue;
      }
      try {
        return await sender.send(new URL(address), forwarded, signal);
      } catch (error) {
        failure = `${address}: ${messageOf(error)}`;
        if (signal.aborted) break;
      }
    }
    throw new Refused('TARGET_NOT_REACHABLE', `${ae.path} cannot be reached: ${failure}`);
  }

  /** The resource a target names: an AE-ID, or an address in any form. */
  async resourceAt(target: string): Promise<Resource | undefined> {
    const address = readAddress(aeStem(target, this.#names), this.#names);
    if (!address.local || address.below !== undefined) return undefined;
    return address.structured ? this.#store.byPath(address.value) : this.#store.byRi(address.value);
  }
}
