import { randomUUID } from 'node:crypto';
import type { Asker } from '../access/access.ts';
import { operation } from '../primitive.ts';
import type { Context } from '../procedures/context.ts';
import { badRequest } from '../refusal.ts';
import type { GroupAttributes } from '../resources/group.ts';
import type { Resource } from '../store/resource.ts';
import { fanOutName, locate } from './member.ts';

/** A member a request is to be carried out on. */
export interface Addressee {
  readonly id: string;
  /** Of a sub-group: the only members of it that are meant. */
  readonly grtm?: readonly string[];
}

const nestingMax = 16;

export const membersOf = (group: Resource): readonly string[] =>
  (group.attributes as unknown as GroupAttributes).mid ?? [];

/**
 * Members of a group that `grtm` chooses, in the group's order; those of sub-groups are reached through their sub-group
 * (TS-0004 §7.4.14.2.4).
 *
 * @throws Refused BAD_REQUEST when one is a member neither of the group nor of a sub-group
 */
export async function chosenMembers(
  context: Context,
  asker: Asker,
  group: Resource,
  grtm: readonly string[],
): Promise<Addressee[]> {
  const missing = new Map<string, string>();
  for (const id of grtm) missing.set(await keyOf(context, id), id);
  const chosen = await choose(context, asker, membersOf(group), missing, new Set([group.ri]));
  if (missing.size > 0)
    throw badRequest(`grtm: ${[...missing.values()].join(', ')} not a member of ${group.path} or of its sub-groups`);
  return chosen;
}

/** Takes out of `missing` what is found. */
async function choose(
  context: Context,
  asker: Asker,
  mid: readonly string[],
  missing: Map<string, string>,
  visited: Set<string>,
): Promise<Addressee[]> {
  const whole = new Set<string>();
  for (const id of mid) if (missing.delete(await keyOf(context, id))) whole.add(id);
  const chosen: Addressee[] = [];
  for (const id of mid) {
    if (whole.has(id)) chosen.push({ id });
    else if (missing.size > 0 && id.endsWith(`/${fanOutName}`) && visited.size <= nestingMax) {
      const before = new Map(missing);
      const inner = await membersOfSubGroup(context, asker, id, visited);
      if (inner !== undefined) await choose(context, asker, inner, missing, visited);
      const found = [...before].filter(([key]) => !missing.has(key)).map(([, wanted]) => wanted);
      if (found.length > 0) chosen.push({ id, grtm: found });
    }
  }
  return chosen;
}

async function membersOfSubGroup(
  context: Context,
  asker: Asker,
  id: string,
  visited: Set<string>,
): Promise<readonly string[] | undefined> {
  const member = await locate(context, id);
  if (member === undefined || visited.has(member.key)) return undefined;
  visited.add(member.key);
  if (member.resource !== undefined) return membersOf(member.resource);
  const to = id.slice(0, -fanOutName.length - 1);
  const { pc } = await context.perform(
    { op: operation.retrieve, to, fr: asker.originator, rqi: randomUUID(), rvi: '3' },
    asker,
  );
  const mid = (pc?.['m2m:grp'] as { mid?: unknown } | undefined)?.mid;
  return Array.isArray(mid) ? mid.map(String) : undefined;
}

const keyOf = async (context: Context, id: string): Promise<string> => (await locate(context, id))?.key ?? id;
