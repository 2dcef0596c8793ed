import type { Context } from '../procedures/context.ts';
import { alive } from '../procedures/target.ts';
import type { Resource } from '../store/resource.ts';
import { type Criteria, meets } from './criteria.ts';
import { subjectAttributes } from './subject.ts';

/**
 * Whether the dependencies of an action hold, in the order of its list: the first sufficient one that is met decides for,
 * the first necessary one that is not met decides against. An action without dependencies depends on nothing.
 */
export async function dependenciesHold(context: Context, { attributes: { dep } }: Resource): Promise<boolean> {
  const references = Array.isArray(dep) ? dep.map(String) : [];
  let necessary = references.length === 0;
  for (const reference of references) {
    const dependency = alive(await context.targets.resourceAt(reference));
    if (dependency === undefined) return false;
    const { evc, rri, sfc } = dependency.attributes;
    const attributes = await subjectAttributes(context, String(rri));
    const holds = attributes !== undefined && meets(evc as unknown as Criteria, attributes);
    if (sfc === true && holds) return true;
    if (sfc !== true && !holds) return false;
    necessary ||= sfc !== true;
  }
  return necessary;
}
