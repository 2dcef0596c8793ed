import type { JsonObject } from '../primitive.ts';
import { badRequest, Refused } from '../refusal.ts';
import { definitionByElement, definitionOf, type ResourceDefinition } from '../resources/index.ts';

/**
 * Which specialization of <flexContainer> a CREATE is about: `cnd` says it, and the root element has to agree
 * (TS-0004 §7.4.37.2.1).
 *
 * @throws Refused SPECIALIZATION_SCHEMA_NOT_FOUND when `cnd` is not known; BAD_REQUEST when it is missing or not that of
 *   the root element
 */
export function flexContainerIn(
  content: JsonObject | undefined,
  element: string,
  shared: ResourceDefinition,
): ResourceDefinition {
  const representation = content?.[element];
  if (typeof representation !== 'object' || representation === null || Array.isArray(representation)) return shared;
  const { cnd } = representation;
  if (typeof cnd !== 'string') {
    const named = definitionByElement(element);
    if (named?.type === shared.type) return named;
    throw badRequest(`cnd (containerDefinition) is mandatory in the CREATE of <${shared.longName}>`);
  }
  const definition = definitionOf(shared.type, cnd);
  if (definition?.specialization === undefined) {
    throw new Refused(
      'SPECIALIZATION_SCHEMA_NOT_FOUND',
      `cnd (containerDefinition): no definition of "${cnd}" is known to this CSE`,
    );
  }
  if (definition.element !== element) {
    throw badRequest(`pc: cnd "${cnd}" goes with the root element "${definition.element}", found "${element}"`);
  }
  return definition;
}
