import { randomBytes } from 'node:crypto';
import type { Context } from '../procedures/context.ts';
import { Refused } from '../refusal.ts';
import type { Resource } from '../store/resource.ts';

/** Name below a group at which notifications for its subscribers arrive; the standard leaves it to the group host. */
export const aggregationName = 'aggregation';

/** Different subscribers of one group. */
const subscribersMax = 1000;

/**
 * Address that takes the place of `nu` in subscriptions made through a group, so that their notifications come to the
 * group host (TS-0004 §7.4.14.2.3). It stays the same for the same targets, and is known until the group goes.
 *
 * @param targets where what arrives there is sent on to
 * @throws Refused CONFLICT when the group forwards to too many already
 */
export async function forwardingAddress(
  { names, store }: Context,
  group: Resource,
  targets: readonly string[],
): Promise<string> {
  const { rows } = await store.pool.query<{ key: string }>({
    name: 'forwarding address',
    text: `INSERT INTO cse.group_forwarding (key, no, targets)
      SELECT $1, $2, $3 WHERE EXISTS (SELECT FROM cse.group_forwarding WHERE no = $2 AND targets = $3)
        OR (SELECT count(*) FROM cse.group_forwarding WHERE no = $2) < $4
      ON CONFLICT (no, targets) DO UPDATE SET no = EXCLUDED.no RETURNING key`,
    values: [randomBytes(9).toString('base64url'), group.no, targets, subscribersMax],
  });
  const key = rows[0]?.key;
  if (key === undefined)
    throw new Refused('CONFLICT', `nfu: ${group.path} forwards to ${subscribersMax} targets, which is all it may`);
  return `${names.cseId}/${group.ri}/${aggregationName}/${key}`;
}

/** Where notifications that arrive at an address of a group go; undefined when the group has no such address. */
export async function forwardingTargets(
  { store }: Context,
  group: Resource,
  key: string,
): Promise<string[] | undefined> {
  const { rows } = await store.pool.query<{ targets: string[] }>({
    name: 'forwarding targets',
    text: 'SELECT targets FROM cse.group_forwarding WHERE key = $1 AND no = $2',
    values: [key, group.no],
  });
  return rows[0]?.targets;
}
