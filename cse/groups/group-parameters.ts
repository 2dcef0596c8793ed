import type { RequestPrimitive } from '../primitive.ts';
import type { Context } from '../procedures/context.ts';
import { findTarget } from '../procedures/target.ts';
import type { VirtualTarget } from '../procedures/virtual-target.ts';
import { badRequest, Refused } from '../refusal.ts';

const identifierLengthMax = 256;

/** What a request addresses, in one form whatever way it is written. */
export const virtualKey = ({ parent, name, rest }: VirtualTarget): string => `${parent.ri}/${name}/${rest}`;

/**
 * Checks what only requests to and from groups have.
 * @throws Refused GROUP_REQUEST_IDENTIFIER_EXISTS for a target that has had the request; NOT_FOUND when there is no target
 */
export async function checkGroupParameters(
  context: Context,
  { gid, grtm, to }: RequestPrimitive,
  virtual: VirtualTarget | undefined,
): Promise<void> {
  if (grtm !== undefined && virtual?.name !== 'fopt' && virtual?.name !== 'sfop')
    throw badRequest('grtm: only a request to the fan-out point of a group chooses among members');
  if (gid === undefined) return;
  if (typeof gid !== 'string' || gid === '' || gid.length > identifierLengthMax)
    throw badRequest(`gid: an identifier of 1 to ${identifierLengthMax} characters is expected`);
  if (!context.groupRequests.claim(gid, await keyOf()))
    throw new Refused('GROUP_REQUEST_IDENTIFIER_EXISTS', `gid: ${to} has had the request ${gid} already`);

  async function keyOf(): Promise<string> {
    if (virtual !== undefined) return virtualKey(virtual);
    const { resource, virtual: end, attribute } = await findTarget(context, to);
    return `${resource.ri}/${end ?? ''}#${attribute ?? ''}`;
  }
}
