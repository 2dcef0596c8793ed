import { virtualMemberTypes } from '../../groups/member-type.ts';
import { refuseTooMany, settleMembers, validationKind } from '../../groups/membership.ts';
import type { JsonObject } from '../../primitive.ts';
import { badRequest } from '../../refusal.ts';
import { consistencyStrategy } from '../../resources/enumerations.ts';
import type { GroupAttributes } from '../../resources/group.ts';
import { definitionOf } from '../../resources/index.ts';
import type { Resource } from '../../store/resource.ts';
import type { Context } from '../context.ts';
import type { TypeRules } from '../type-rules.ts';

const managementObject = 13;
const flexContainer = 28;
const virtualTypes: readonly number[] = Object.values(virtualMemberTypes);

/** TS-0004 §7.4.13. */
export const groupRules: TypeRules = {
  async create(context, { attributes, asker }) {
    attributes.mt ??= 0;
    attributes.csy ??= consistencyStrategy.of.abandonMember;
    // Semantic discovery through <semanticFanOutPoint> is there for every group.
    attributes.ssi = true;
    checkMemberType(attributes);
    await checkFanOutPolicies(context, attributes);
    await settleMembers(context, asker, attributes);
  },
  async update(context, { resource, given, attributes, asker }) {
    if (given.macp !== undefined && given.macp !== null) await checkFanOutPolicies(context, given);
    const { mid, mnm } = attributes as unknown as GroupAttributes;
    if (given.mid !== undefined) {
      const before = resource.attributes as unknown as GroupAttributes;
      await settleMembers(context, asker, attributes, before.mid);
    } else if (given.mnm !== undefined) refuseTooMany(context, mid.length, mnm);
  },
  created: lookAgain,
  updated: lookAgain,
};

/** What could not be looked at now is looked at as soon as it can be (§7.4.13.2.1). */
async function lookAgain({ timetable, settings }: Context, { no, attributes }: Resource): Promise<void> {
  if (attributes.mtv === false) await timetable.put(validationKind, no, settings.groupValidationSeconds * 1000);
}

function checkMemberType({ mt, spty }: JsonObject): void {
  if (typeof mt !== 'number' || (mt !== 0 && definitionOf(mt) === undefined && !virtualTypes.includes(mt)))
    throw badRequest(`mt (memberType): 0 (mixed) or a type of members is expected, found ${String(mt)}`);
  if (spty === undefined) return;
  const { mgd, cnd } = spty as JsonObject;
  const fits =
    (mt === managementObject && mgd !== undefined && cnd === undefined) ||
    (mt === flexContainer && cnd !== undefined && mgd === undefined);
  if (!fits)
    throw badRequest(
      'spty (specializationType): "mgd" is expected with mt 13 (mgmtObj), "cnd" with mt 28 (flexContainer)',
    );
}

/** Every `macp` entry has to lead to a policy, as for `acpi`. */
async function checkFanOutPolicies({ access }: Context, { macp }: JsonObject): Promise<void> {
  for (const reference of Array.isArray(macp) ? macp : []) {
    if (!(await access.isPolicy(String(reference))))
      throw badRequest(`macp (membersAccessControlPolicyIDs): ${String(reference)} is not an access control policy`);
  }
}
