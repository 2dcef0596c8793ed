import { isWithin, readCircle, readPoint } from '../access/region.ts';
import type { Json, JsonObject } from '../primitive.ts';
import type { Context } from '../procedures/context.ts';
import { logicalOperator } from '../resources/enumerations.ts';
import { readSchedule } from '../schedule.ts';
import type { Resource } from '../store/resource.ts';

const referenceType = 25;
export const policyType = 26;
const rulesType = 27;
const defaultLabel = 'default';

/**
 * The <notificationTargetPolicy> for a target of a subscription: the one a <notificationTargetMgmtPolicyRef> of the
 * subscription names, else the default of the subscription's creator, else that of the service provider
 * (TS-0001 §10.2.10.8).
 */
export async function policyFor(
  { store, targets, names }: Context,
  subscription: Resource,
  isMeant: (target: string) => boolean,
): Promise<Resource | undefined> {
  for (const reference of await store.childrenOfType(subscription, referenceType)) {
    const { ntu, npi } = reference.attributes;
    if (!texts(ntu).some(isMeant) || typeof npi !== 'string') continue;
    const policy = await targets.resourceAt(npi);
    if (policy?.ty === policyType) return policy;
  }
  const base = await store.byPath(names.cseName);
  const all = base === undefined ? [] : await store.childrenOfType(base, policyType);
  const defaults = all.filter(({ attributes: { plbl } }) => String(plbl).toLowerCase() === defaultLabel);
  return defaults.find(({ creator }) => creator === subscription.creator) ?? defaults[0];
}

/** Whether the rules of a policy hold for a target now; a policy without rules applies always (TS-0001 §9.6.32). */
export async function applies({ store }: Context, policy: Resource, originator: string): Promise<boolean> {
  const groups = await store.childrenOfType(policy, rulesType);
  if (groups.length === 0) return true;
  const ae = await store.byRi(originator);
  const results = groups.map(({ attributes }) => hold(attributes, ae));
  return policy.attributes.rrs === logicalOperator.of.or ? results.includes(true) : !results.includes(false);
}

/** Rules of one <policyDeletionRules>: times of the day and regions, joined by `drr` (TS-0001 §9.6.33). */
function hold({ dr, drr }: JsonObject, ae: Resource | undefined): boolean {
  const { tod, lr } = (dr ?? {}) as JsonObject;
  const results: boolean[] = [];
  if (Array.isArray(tod) && tod.length > 0)
    results.push(texts(tod).some((entry) => readSchedule(entry)?.(Date.now()) ?? false));
  if (Array.isArray(lr) && lr.length > 0) results.push((lr as JsonObject[]).some((region) => isIn(ae, region)));
  if (results.length === 0) return true;
  return drr === logicalOperator.of.and ? !results.includes(false) : results.includes(true);
}

/** Countries hold for nobody: where a target is, is known as a position only. */
function isIn(ae: Resource | undefined, { accr }: JsonObject): boolean {
  const circle = readCircle(accr);
  const position = readPoint(ae?.attributes.loc);
  return circle !== undefined && position !== undefined && isWithin(position, circle);
}

const texts = (value: Json | undefined): string[] => (Array.isArray(value) ? value.map(String) : []);
