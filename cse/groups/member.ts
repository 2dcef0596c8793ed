import { readAddress } from '../address.ts';
import type { Context } from '../procedures/context.ts';
import { findTarget } from '../procedures/target.ts';
import { badRequest, Refused } from '../refusal.ts';
import { definitionFor } from '../resources/index.ts';
import type { Resource } from '../store/resource.ts';

export const fanOutName = 'fopt';
const groupType = 9;

/** What an entry of `mid` stands for. */
export interface Member {
  readonly id: string;
  /** The same for every way to write the same member. */
  readonly key: string;
  /** Undefined: another CSE hosts it. For a virtual member, the resource it belongs to. */
  readonly resource?: Resource;
  /** `la`, `fopt`, `fopt/a`: the virtual resource the entry ends with, and what follows. */
  readonly virtual?: string;
}

const virtualNames: readonly string[] = ['la', 'ol', fanOutName, 'sfop', 'pcu', 'ntsr', 'smv', 'msp'];

/**
 * Finds what an entry of `mid` stands for.
 *
 * @returns undefined when it belongs to this CSE and leads nowhere
 * @throws Refused BAD_REQUEST when it is no address of a resource
 */
export async function locate(context: Context, id: string): Promise<Member | undefined> {
  const address = read(context, id);
  if (!address.local) {
    const last = id.slice(id.lastIndexOf('/') + 1);
    const { spId } = context.names;
    const key = id.startsWith(`${spId}/`) ? id.slice(spId.length) : id;
    return { id, key, ...(virtualNames.includes(last) ? { virtual: last } : {}) };
  }
  if (address.attribute !== undefined) throw badRequest(`mid (memberIDs): "${id}" names an attribute, not a resource`);
  const cut = `${id}/`.indexOf(`/${fanOutName}/`);
  const group = cut < 0 ? undefined : await existing(context, id.slice(0, cut));
  if (group?.ty === groupType) return here(id, group, id.slice(cut + 1));
  const found = await find(context, id);
  if (found !== undefined) return here(id, found.resource, found.virtual);
  const end = id.lastIndexOf('/');
  const parent = end < 1 ? undefined : await existing(context, id.slice(0, end));
  const name = id.slice(end + 1);
  return parent !== undefined && definitionFor(parent)?.virtualChildren.includes(name)
    ? here(id, parent, name)
    : undefined;
}

const here = (id: string, resource: Resource, virtual?: string): Member => ({
  id,
  key: virtual === undefined ? resource.ri : `${resource.ri}/${virtual}`,
  resource,
  ...(virtual === undefined ? {} : { virtual }),
});

function read({ names }: Context, id: string): ReturnType<typeof readAddress> {
  try {
    return readAddress(id, names);
  } catch (error) {
    if (error instanceof Refused) throw badRequest(`mid (memberIDs): "${id}": ${error.message}`);
    throw error;
  }
}

async function find(context: Context, to: string): Promise<Awaited<ReturnType<typeof findTarget>> | undefined> {
  try {
    return await findTarget(context, to);
  } catch (error) {
    if (error instanceof Refused && error.status === 'NOT_FOUND') return undefined;
    throw error;
  }
}

async function existing(context: Context, to: string): Promise<Resource | undefined> {
  const found = await find(context, to);
  return found?.virtual === undefined ? found?.resource : undefined;
}
