import type { Json, JsonObject } from '../primitive.ts';
import { Malformed } from './malformed.ts';

/** Checks one member of a primitive and gives its value. @throws Malformed that says what was expected */
export type ReadMember = (value: Json, name: string) => Json;

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const wrong = (name: string, expected: string, value: Json): never => {
  const found = value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`;
  throw new Malformed(`${name}: ${expected} is expected, ${found} was found`);
};

export const text: ReadMember = (value, name) => (typeof value === 'string' ? value : wrong(name, 'a string', value));

export const nonEmptyText: ReadMember = (value, name) =>
  typeof value === 'string' && value !== '' ? value : wrong(name, 'a non-empty string', value);

export const truth: ReadMember = (value, name) =>
  typeof value === 'boolean' ? value : wrong(name, 'true or false', value);

export const integer =
  (minimum: number, maximum: number): ReadMember =>
  (value, name) =>
    Number.isInteger(value) && Number(value) >= minimum && Number(value) <= maximum
      ? value
      : wrong(name, `a whole number from ${minimum} to ${maximum}`, value);

export const textList: ReadMember = (value, name) =>
  Array.isArray(value) && value.every((item) => typeof item === 'string')
    ? value
    : wrong(name, 'a list of strings', value);

/** Absolute or relative time; a relative one is milliseconds, which some peers write as a number. */
export const time: ReadMember = (value, name) =>
  typeof value === 'number' && Number.isInteger(value) ? String(value) : nonEmptyText(value, name);

export const object: ReadMember = (value, name) => (isObject(value) ? value : wrong(name, 'an object', value));

/** `pc`: an object with exactly one member, whose name tells the type of the content (TS-0004 §8.4). */
export const content: ReadMember = (value, name) =>
  isObject(value) && Object.keys(value).length === 1 ? value : wrong(name, 'an object with exactly one member', value);

/** `rt`: `{ rtv, nu }`, TS-0004 §6.3.5.30. */
export const responseType: ReadMember = (value, name) => {
  if (!isObject(value)) return wrong(name, 'an object { rtv, nu }', value);
  const { rtv = 3, nu, ...others } = value;
  const stranger = Object.keys(others)[0];
  if (stranger !== undefined) throw new Malformed(`${name}.${stranger} is not a member of the response type`);
  return {
    rtv: integer(1, 5)(rtv, `${name}.rtv`),
    ...(nu === undefined ? {} : { nu: textList(nu, `${name}.nu`) }),
  };
};

/**
 * Reads the members of a primitive against its table.
 *
 * @param unsupported parameters the standard knows and this CSE does not
 * @throws Malformed with the request identifier, when there is one
 */
export function readMembers(
  value: Json,
  table: Readonly<Record<string, ReadMember>>,
  required: readonly string[],
  unsupported: readonly string[],
): JsonObject {
  if (!isObject(value)) throw new Malformed('a primitive is an object, TS-0004 §8.4');
  const rqi = typeof value.rqi === 'string' ? value.rqi : undefined;
  try {
    const members: JsonObject = {};
    for (const [name, given] of Object.entries(value)) {
      const read = Object.hasOwn(table, name) ? table[name] : undefined;
      if (read === undefined) {
        if (unsupported.includes(name)) {
          throw new Malformed(`the parameter ${name} is not supported`, { status: 'NOT_IMPLEMENTED' });
        }
        throw new Malformed(`${name.slice(0, 64)} is not a parameter of this primitive`);
      }
      members[name] = read(given, name);
    }
    const missing = required.find((name) => members[name] === undefined);
    if (missing !== undefined) throw new Malformed(`the mandatory parameter ${missing} is missing`);
    return members;
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    throw new Malformed(error.message, { status: error.status, rqi, cause: error });
  }
}
