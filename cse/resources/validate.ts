import type { Json, JsonObject } from '../primitive.ts';
import { badRequest, Refused } from '../refusal.ts';
import type { ResourceDefinition } from './definition.ts';

/**
 * Takes the representation out of the content of a CREATE or UPDATE.
 *
 * @throws Refused BAD_REQUEST when there is none, or its root element is not of the type (TS-0004 §7.3.3.3, §7.3.3.4)
 */
export function representationIn(content: JsonObject | undefined, definition: ResourceDefinition): JsonObject {
  const names = content === undefined ? [] : Object.keys(content);
  if (content === undefined || names.length === 0) {
    throw badRequest(`pc: a representation "${definition.element}" is expected, there is none`);
  }
  const [name] = names;
  if (names.length > 1 || name !== definition.element) {
    throw badRequest(
      `pc: one member "${definition.element}" is expected, found ${names.map((n) => `"${n}"`).join(', ')}`,
    );
  }
  const representation = content[definition.element];
  if (typeof representation !== 'object' || representation === null || Array.isArray(representation)) {
    throw badRequest(`${definition.element}: an object is expected`);
  }
  return representation;
}

/** Checks the attributes of a CREATE against the type's table, in the order of TS-0004 §7.3.3.3. */
export function checkCreate(definition: ResourceDefinition, given: JsonObject): void {
  checkNames(definition, given, 'create');
  for (const name in definition.attributes) {
    if (definition.attributes[name]?.create === 'M' && given[name] === undefined) {
      throw badRequest(
        `${name} (${definition.attributes[name].long}) is mandatory in the CREATE of <${definition.longName}>`,
      );
    }
  }
  for (const name in given) {
    const value = given[name];
    // `cr` is present without a value: the originator asks the CSE to record who created the resource.
    if (name === 'cr') {
      if (value !== null) throw badRequest('cr (creator): null is expected, the CSE fills in the originator');
    } else if (value === null) throw badRequest(`${name}: null is not accepted in a CREATE`);
    else checkValue(definition, name, value);
  }
}

/** Checks the attributes of an UPDATE; null removes an attribute that is not mandatory (TS-0004 §7.3.3.4, §7.3.3.7). */
export function checkUpdate(definition: ResourceDefinition, given: JsonObject): void {
  checkNames(definition, given, 'update');
  for (const name in given) {
    const value = given[name];
    if (value === null) {
      const { mandatory, long } = definition.attributes[name] ?? {};
      // The CSE chooses a new expiration time instead of doing without one (TS-0001 §9.6.1.3.1).
      if (mandatory && name !== 'et') throw badRequest(`${name} (${long}) is mandatory and cannot be removed`);
    } else checkValue(definition, name, value);
  }
}

function checkNames(definition: ResourceDefinition, given: JsonObject, operation: 'create' | 'update'): void {
  let unsupported: string | undefined;
  for (const name in given) {
    const attribute = Object.hasOwn(definition.attributes, name) ? definition.attributes[name] : undefined;
    if (attribute === undefined) throw badRequest(`"${name}" is not an attribute of <${definition.longName}>`);
    if (attribute[operation] === 'NP') {
      throw badRequest(
        `${name} (${attribute.long}) is not permitted in the ${operation.toUpperCase()} of <${definition.longName}>`,
      );
    }
    if (!attribute.supported) unsupported ??= name;
  }
  if (unsupported !== undefined) {
    throw new Refused(
      'NOT_IMPLEMENTED',
      `${unsupported} (${definition.attributes[unsupported]?.long}) is not supported by this CSE`,
    );
  }
}

function checkValue(definition: ResourceDefinition, name: string, value: Json | undefined): void {
  const attribute = definition.attributes[name];
  if (attribute === undefined) return;
  const problem = attribute.type.reject(value);
  if (problem !== undefined) {
    throw badRequest(`${name} (${attribute.long}): ${attribute.type.expected} is expected; ${problem}`);
  }
}
