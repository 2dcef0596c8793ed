import type { Asker } from '../access/access.ts';
import type { JsonObject } from '../primitive.ts';
import type { Context } from '../procedures/context.ts';
import { Refused } from '../refusal.ts';
import { consistencyStrategy } from '../resources/enumerations.ts';
import type { GroupAttributes } from '../resources/group.ts';
import { inParallel } from './in-parallel.ts';
import { locate, type Member } from './member.ts';
import { judge } from './member-type.ts';

const mixed = 0;

/** Name in the timetable of members that could not be looked at. */
export const validationKind = 'group validation';

/**
 * Settles the members of a group: none twice, each of them there, and of the member type unless that is mixed; what
 * deviates is dealt with by the consistency strategy (TS-0004 §7.4.13.2.1, §7.4.13.2.3). Sets `mid`, `cnm`, `mtv`, `mt`.
 *
 * @param attributes of the group as they will be stored
 * @param kept entries that were members before, and may have vanished since
 * @param later whether the group is there already: a member that may not be looked at then counts as deviating
 * @throws Refused MAX_NUMBER_OF_MEMBER_EXCEEDED, NOT_FOUND, RECEIVER_HAS_NO_PRIVILEGE, GROUP_MEMBER_TYPE_INCONSISTENT
 */
export async function settleMembers(
  context: Context,
  asker: Asker,
  attributes: JsonObject,
  kept: readonly string[] = [],
  later = false,
): Promise<void> {
  const { mid, mnm, mt } = attributes as unknown as GroupAttributes;
  refuseTooMany(context, mid.length, mnm);
  const members = await distinct(context, mid, new Set(kept));
  if (mt === mixed) {
    setMembers(attributes, members);
    return;
  }
  const { consistent, unreachable, deviating } = await sort(context, asker, attributes, members, later);
  attributes.mtv = unreachable.length === 0;
  if (deviating.length === 0) setMembers(attributes, members);
  else if (attributes.csy === consistencyStrategy.of.abandonGroup) throw inconsistent(attributes, deviating);
  else if (attributes.csy === consistencyStrategy.of.setMixed) {
    attributes.mt = mixed;
    attributes.mtv = true;
    delete attributes.spty;
    setMembers(attributes, members);
  } else setMembers(attributes, [...consistent, ...unreachable].sort(byOrderIn(members)));
}

/** Refuses more members than the group, or this CSE, allows (TS-0004 §7.4.13.2.1). */
export function refuseTooMany({ settings }: Context, count: number, mnm: number): void {
  const most = Math.min(mnm, settings.groupMembersMax);
  if (count <= most) return;
  const whose = mnm <= settings.groupMembersMax ? 'mnm (maxNrOfMembers)' : 'this CSE';
  throw new Refused('MAX_NUMBER_OF_MEMBER_EXCEEDED', `mid (memberIDs): ${whose} allows ${most} members, not ${count}`);
}

async function distinct(context: Context, mid: readonly string[], kept: ReadonlySet<string>): Promise<Member[]> {
  const located: (Member | undefined)[] = [];
  await inParallel(mid, context.settings.fanOutParallelMax, async (id, index) => {
    const member = await locate(context, id);
    if (member === undefined && !kept.has(id))
      throw new Refused('NOT_FOUND', `mid (memberIDs): there is no resource ${id}`);
    located[index] = member ?? { id, key: id };
  });
  const byKey = new Map<string, Member>();
  for (const member of located) if (member !== undefined && !byKey.has(member.key)) byKey.set(member.key, member);
  return [...byKey.values()];
}

interface Sorted {
  readonly consistent: Member[];
  readonly deviating: Member[];
  readonly unreachable: Member[];
}

async function sort(
  context: Context,
  asker: Asker,
  attributes: JsonObject,
  members: readonly Member[],
  later: boolean,
): Promise<Sorted> {
  const wanted = attributes as unknown as GroupAttributes;
  const sorted: Sorted = { consistent: [], deviating: [], unreachable: [] };
  await inParallel(members, context.settings.fanOutParallelMax, async (member) => {
    const verdict = await judge(context, asker, member, wanted).catch((error: unknown) => {
      if (later && error instanceof Refused) return 'deviates';
      throw error;
    });
    if (verdict === 'conforms') sorted.consistent.push(member);
    else if (verdict === 'deviates') sorted.deviating.push(member);
    else sorted.unreachable.push(member);
  });
  return sorted;
}

function setMembers(attributes: JsonObject, members: readonly Member[]): void {
  attributes.mid = members.map(({ id }) => id);
  attributes.cnm = members.length;
}

const byOrderIn =
  (members: readonly Member[]) =>
  (one: Member, other: Member): number =>
    members.indexOf(one) - members.indexOf(other);

const inconsistent = ({ mt }: JsonObject, deviating: readonly Member[]): Refused =>
  new Refused(
    'GROUP_MEMBER_TYPE_INCONSISTENT',
    `mid (memberIDs): ${deviating.map(({ id }) => id).join(', ')} not of mt (memberType) ${String(mt)} or spty`,
  );
