import type { RemoteAddress } from '../address.ts';
import type { Context } from '../procedures/context.ts';
import { Refused } from '../refusal.ts';
import type { Resource } from '../store/resource.ts';
import { cseIdOf } from './directory.ts';

/** Neighbour a request goes to next. */
export interface Hop {
  readonly cseId: string;
  /** Releases it supports, when it has said so. */
  readonly releases?: readonly string[];
}

/**
 * Finds the neighbour that leads to a CSE (TS-0004 §7.3.2.6): one that registered here and hosts or has it among its
 * descendants, else the registrar. A request never goes back where it came from, so every way ends.
 *
 * @param cameFrom neighbour the request came from, if it was a CSE
 * @throws Refused NOT_FOUND
 */
export async function nextHop(
  { remote }: Context,
  to: string,
  address: RemoteAddress,
  cameFrom?: string,
): Promise<Hop> {
  const { directory } = remote;
  const { cseId, spId } = address;
  const found = await (spId === undefined ? directory.towards(cseId) : directory.ofProvider(spId));
  if (found !== undefined && cseIdOf(found) !== cameFrom) return hopTo(found);
  const { registrar } = directory;
  if (registrar !== undefined && registrar !== cameFrom && found === undefined) {
    return hopTo(await directory.of(registrar), registrar);
  }
  throw new Refused(
    'NOT_FOUND',
    `to: ${to} belongs to the CSE ${spId ?? ''}${cseId}, and no way leads there from here`,
  );
}

function hopTo(csr: Resource | undefined, cseId = csr === undefined ? '' : cseIdOf(csr)): Hop {
  const srv = csr?.attributes.srv;
  return { cseId, ...(Array.isArray(srv) ? { releases: srv.map(String) } : {}) };
}
