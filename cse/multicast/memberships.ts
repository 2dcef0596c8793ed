import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { BlockList, isIP } from 'node:net';
import { type Log, messageOf } from '#platform';
import type { Background } from '../background.ts';
import type { JsonObject } from '../primitive.ts';
import type { Context } from '../procedures/context.ts';
import { localMulticastGroup } from '../resources/local-multicast-group.ts';
import { Roster } from '../roster.ts';
import type { Resource } from '../store/resource.ts';

const multicast = new BlockList();
multicast.addSubnet('224.0.0.0', 4, 'ipv4');
multicast.addSubnet('ff00::', 8, 'ipv6');

export const isMulticast = (address: string): boolean =>
  multicast.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** Addresses of a `multicastAddress`: IPv4, IPv6 or both. */
export const addressesOf = (mad: unknown): string[] =>
  Object.values((mad ?? {}) as JsonObject).filter((address): address is string => typeof address === 'string');

/** Joins a multicast group by IGMP or MLD; the membership ends with the socket. @throws the system's error */
export async function join(address: string): Promise<Socket> {
  const socket = createSocket({ type: isIP(address) === 6 ? 'udp6' : 'udp4', reuseAddr: true });
  try {
    socket.bind(0);
    await once(socket, 'listening');
    socket.addMembership(address);
    socket.unref();
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}

/** Keeps this host a member of the multicast groups its <localMulticastGroup> resources name (TS-0004 §7.4.55). */
export class Memberships implements Background {
  readonly #log: Log;
  readonly #roster: Roster;
  readonly #joined = new Map<string, Socket>();
  #joining: Promise<void> = Promise.resolve();

  constructor(context: Context) {
    this.#log = context.log;
    this.#roster = new Roster(context, [localMulticastGroup.type], () => this.#follow());
  }

  async start(): Promise<void> {
    await this.#roster.start();
  }

  async stop(): Promise<void> {
    await this.#roster.stop();
    await this.#joining;
    for (const socket of this.#joined.values()) socket.close();
    this.#joined.clear();
  }

  /** One change after the other, so that what is joined is what was wanted last. */
  #follow(): void {
    this.#joining = this.#joining.then(() => this.#settle(this.#roster.values()));
  }

  async #settle(groups: readonly Resource[]): Promise<void> {
    const wanted = new Set(groups.flatMap(({ attributes }) => addressesOf(attributes.mad)));
    for (const [address, socket] of this.#joined) {
      if (wanted.has(address)) continue;
      socket.close();
      this.#joined.delete(address);
    }
    for (const address of wanted) {
      if (this.#joined.has(address)) continue;
      try {
        this.#joined.set(address, await join(address));
      } catch (error) {
        this.#log.warn({ address, reason: messageOf(error) }, 'a multicast group could not be joined');
      }
    }
  }
}
