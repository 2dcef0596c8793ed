import { isDeepStrictEqual } from 'node:util';
import type { Json, JsonObject } from '../primitive.ts';
import { badRequest } from '../refusal.ts';
import { evalCriteriaOperator } from '../resources/enumerations.ts';
import type { ResourceDefinition } from '../resources/index.ts';

/** `evalCriteria`: whether an attribute stands in some relation to a threshold (release 4). */
export interface Criteria {
  readonly optr: number;
  /** Short name of the attribute. */
  readonly sbjt: string;
  readonly thld: Json;
}

const { equal, notEqual, greaterThan, lessThan, greaterThanOrEqual, lessThanOrEqual } = evalCriteriaOperator.of;

/**
 * Checks criteria against the type of their subject.
 *
 * @param name attribute that holds them, for the refusal
 * @throws Refused BAD_REQUEST: the type has no such attribute, the threshold is not of its type, or it has no order
 */
export function checkCriteria(name: string, { optr, sbjt, thld }: Criteria, subject: ResourceDefinition): void {
  const attribute = Object.hasOwn(subject.attributes, sbjt) ? subject.attributes[sbjt] : undefined;
  if (attribute === undefined) throw badRequest(`${name}/sbjt: "${sbjt}" is not an attribute of <${subject.longName}>`);
  const problem = attribute.type.reject(thld);
  if (problem !== undefined)
    throw badRequest(`${name}/thld: ${attribute.type.expected} is expected, as in ${sbjt}; ${problem}`);
  if (optr !== equal && optr !== notEqual && !isOrdered(attribute.type.schema, thld))
    throw badRequest(`${name}/optr: ${sbjt} has no order; 1 (equal) or 2 (notEqual) is expected, found ${optr}`);
}

/** Numbers and timestamps have an order; values of an enumeration are names. */
function isOrdered(schema: Readonly<Record<string, unknown>>, threshold: Json): boolean {
  if (typeof threshold === 'number') return schema.enum === undefined;
  return schema.format === 'timestamp';
}

/** Whether attributes meet criteria; an attribute that is absent, or of another kind than the threshold, does not. */
export function meets({ optr, sbjt, thld }: Criteria, attributes: JsonObject): boolean {
  const found = attributes[sbjt];
  if (found === undefined) return false;
  if (optr === equal) return isDeepStrictEqual(found, thld);
  if (optr === notEqual) return !isDeepStrictEqual(found, thld);
  if (typeof found === 'number' && typeof thld === 'number') return stands(optr, found, thld);
  return typeof found === 'string' && typeof thld === 'string' && stands(optr, found, thld);
}

function stands<T extends number | string>(optr: number, found: T, threshold: T): boolean {
  switch (optr) {
    case greaterThan:
      return found > threshold;
    case lessThan:
      return found < threshold;
    case greaterThanOrEqual:
      return found >= threshold;
    case lessThanOrEqual:
      return found <= threshold;
    default:
      return false;
  }
}
