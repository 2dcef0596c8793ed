import { readCircle } from '../../access/region.ts';
import { policyType } from '../../notifications/removal-policy.ts';
import type { Json, JsonObject } from '../../primitive.ts';
import { badRequest, Refused } from '../../refusal.ts';
import { notificationTargetPolicyAction } from '../../resources/enumerations.ts';
import type { Resource } from '../../store/resource.ts';
import type { Context } from '../context.ts';
import type { TypeRules } from '../type-rules.ts';

const referenceType = 25;

/** <notificationTargetMgmtPolicyRef>, TS-0004 §7.4.30. */
export const targetPolicyReferenceRules: TypeRules = {
  create: (context, { parent, attributes }) => checkReference(context, parent, attributes),
  async update(context, { resource, attributes }) {
    const parent = resource.parentNo === null ? undefined : await context.store.byNumber(resource.parentNo);
    if (parent !== undefined) await checkReference(context, parent, attributes, resource);
  },
};

/** <notificationTargetPolicy>, TS-0004 §7.4.31; what the table leaves open is acceptance, as the default policy. */
export const targetPolicyRules: TypeRules = {
  create(_context, { attributes }) {
    attributes.acn ??= notificationTargetPolicyAction.of.accept;
    attributes.plbl ??= 'Default';
  },
};

/** <policyDeletionRules>, TS-0004 §7.4.32. */
export const policyDeletionRulesRules: TypeRules = {
  create(_context, { attributes: { dr } }) {
    const { lr } = (dr ?? {}) as JsonObject;
    for (const region of (lr ?? []) as JsonObject[]) {
      if (region.accr !== undefined && readCircle(region.accr) === undefined)
        throw badRequest(
          `dr/lr/accr: latitude, longitude and radius in metres are expected, found ${JSON.stringify(region.accr)}`,
        );
    }
  },
};

/** A target has one policy; that is a policy of this CSE. */
async function checkReference(
  { store, targets }: Context,
  subscription: Resource,
  { ntu, npi }: JsonObject,
  itself?: Resource,
): Promise<void> {
  for (const other of await store.childrenOfType(subscription, referenceType)) {
    if (other.no === itself?.no) continue;
    const taken = texts(ntu).find((target) => texts(other.attributes.ntu).includes(target));
    if (taken !== undefined) throw new Refused('CONFLICT', `ntu: ${taken} has a policy already, by ${other.path}`);
  }
  if (typeof npi === 'string' && (await targets.resourceAt(npi))?.ty !== policyType)
    throw badRequest(`npi: ${npi} is not a <notificationTargetPolicy> of this CSE`);
}

const texts = (value: Json | undefined): string[] => (Array.isArray(value) ? value.map(String) : []);
