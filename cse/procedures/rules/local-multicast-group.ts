import { isIP } from 'node:net';
import { messageOf } from '#platform';
import { locate } from '../../groups/member.ts';
import { addressesOf, isMulticast, join } from '../../multicast/memberships.ts';
import type { JsonObject } from '../../primitive.ts';
import { badRequest, Refused } from '../../refusal.ts';
import type { Context } from '../context.ts';
import type { TypeRules } from '../type-rules.ts';

/** TS-0004 §7.4.55, TS-0001 §9.6.44. */
export const localMulticastGroupRules: TypeRules = {
  async create(context, { attributes }) {
    await checkMembers(context, attributes);
    await checkAddress(attributes);
    // The CSE-ID the target begins with is that of the group host.
    const [, host] = String(attributes.mgft).split('/');
    attributes.rstt ??= host === undefined || host === '' ? context.names.cseId : `/${host}`;
  },
  async update(context, { given, attributes }) {
    if (given.mli !== undefined) await checkMembers(context, attributes);
    if (given.mad !== undefined) await checkAddress(attributes);
  },
};

/** Members are resources of this CSE (TS-0001 Table 9.6.44-2). */
async function checkMembers(context: Context, { mli }: JsonObject): Promise<void> {
  for (const id of Array.isArray(mli) ? mli.map(String) : [])
    if ((await locate(context, id))?.resource === undefined)
      throw badRequest(`mli (memberList): ${id} is not a resource of this CSE`);
}

/** Whether the group can be joined, by IGMP or MLD (§7.4.55.2.1). */
async function checkAddress({ mad }: JsonObject): Promise<void> {
  const addresses = addressesOf(mad);
  const wrong = addresses.find((address) => isIP(address) === 0);
  if (addresses.length === 0 || wrong !== undefined)
    throw badRequest(`mad (multicastAddress): an IPv4 or IPv6 address is expected, found ${wrong ?? 'none'}`);
  for (const address of addresses) {
    try {
      if (!isMulticast(address)) throw new Error('it is no multicast address');
      (await join(address)).close();
    } catch (error) {
      throw new Refused(
        'JOIN_MULTICAST_GROUP_FAILED',
        `mad (multicastAddress): ${address} cannot be joined: ${messageOf(error)}`,
        { cause: error },
      );
    }
  }
}
