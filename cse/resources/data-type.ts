import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { JsonObject } from '../primitive.ts';
import { readSchedule } from '../schedule.ts';
import { fromDuration, fromTimestamp } from '../timestamp.ts';

/** A data type of TS-0004 §6.3: how a value is checked, and how to say what was expected. */
export interface DataType<T> {
  readonly schema: Readonly<Record<string, unknown>>;
  /** "a non-negative integer" */
  readonly expected: string;
  /** @returns undefined when the value is accepted, otherwise where and why it is not */
  readonly reject: (value: unknown) => string | undefined;
  /** Only for the compiler: what an accepted value is. */
  readonly value?: T;
}

const ajv = new Ajv({ strict: true, strictRequired: false, allowUnionTypes: true, allErrors: false });
ajv.addFormat('timestamp', (text: string) => fromTimestamp(text) !== undefined);
ajv.addFormat('duration', (text: string) => fromDuration(text) !== undefined);
ajv.addFormat('schedule', (text: string) => readSchedule(text) !== undefined);
ajv.addFormat('text', (text: string) => text.isWellFormed() && !text.includes('\u0000'));

function whatIsWrong(error: ErrorObject | undefined): string {
  if (error === undefined) return 'is not accepted';
  const where = error.instancePath.slice(1);
  const place = where === '' ? '' : `at ${where}: `;
  if (error.keyword === 'additionalProperties') return `${place}"${error.params.additionalProperty}" is not known here`;
  if (error.keyword === 'enum') return `${place}expected one of ${error.params.allowedValues.join(', ')}`;
  if (error.keyword === 'uniqueItems') return `${place}a value occurs twice`;
  return `${place}${error.message ?? error.keyword}`;
}

function dataType<T>(expected: string, schema: Readonly<Record<string, unknown>>): DataType<T> {
  // Compiled when it is first needed: there are a thousand of them, and most are never used.
  let validate: ValidateFunction | undefined;
  return {
    schema,
    expected,
    reject(value) {
      validate ??= ajv.compile(schema);
      return validate(value) ? undefined : whatIsWrong(validate.errors?.[0]);
    },
  };
}

const dateDigits = '\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])';
const timeDigits = '([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{1,9})?(Z|[+-]\\d{2}:\\d{2})?';
const textSchema = { type: 'string', maxLength: 65_536, format: 'text' };

export const string = dataType<string>('a string', textSchema);
/** Long text, such as a query or a token. */
export const text = dataType<string>('a text', { type: 'string', minLength: 1, maxLength: 1_048_576, format: 'text' });
export const base64 = dataType<string>('base64 text', {
  type: 'string',
  maxLength: 1_048_576,
  pattern: '^[A-Za-z0-9+/]*={0,2}$',
});
export const boolean = dataType<boolean>('true or false', { type: 'boolean' });
export const number = dataType<number>('a number', { type: 'number' });
export const integer = dataType<number>('an integer', { type: 'integer' });
export const nonNegativeInteger = dataType<number>('a non-negative integer', {
  type: 'integer',
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
});
export const positiveInteger = dataType<number>('a positive integer', {
  type: 'integer',
  minimum: 1,
  maximum: Number.MAX_SAFE_INTEGER,
});
export const integerBetween = (minimum: number, maximum: number): DataType<number> =>
  dataType(`an integer from ${minimum} to ${maximum}`, { type: 'integer', minimum, maximum });
export const oneOf = <const T extends readonly (number | string)[]>(...values: T): DataType<T[number]> =>
  dataType(`one of ${values.join(', ')}`, { enum: values });

/** An enumeration type: the data type and, under `of`, its values by name. */
export const enumeration = <const T extends Readonly<Record<string, number>>>(
  values: T,
): DataType<T[keyof T]> & { readonly of: T } => ({
  ...dataType<T[keyof T]>(
    `one of ${Object.entries(values)
      .map(([name, value]) => `${value} (${name})`)
      .join(', ')}`,
    { enum: Object.values(values) },
  ),
  of: values,
});

/** TS-0004 §6.3.3: first an ALPHA or DIGIT, then also `-`, `.`, `_`. */
export const resourceName = dataType<string>('a name of letters, digits, "-", "." and "_" (at most 255)', {
  type: 'string',
  pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$',
});
export const id = dataType<string>('an identifier', {
  type: 'string',
  minLength: 1,
  maxLength: 2048,
  format: 'text',
  pattern: '^\\S+$',
});
/** `m2m:roleID`, `m2m:tokenID`: a name, and the domain of who issued it (TS-0004 §6.3.3). */
export const issuedId = dataType<string>('an identifier name@domain', {
  type: 'string',
  pattern: '^[A-Za-z0-9._-]{1,128}@[a-z0-9.-]{1,255}$',
});
/** `m2m:dynAuthJWT`: a signed token of three parts, or an encrypted one of five (TS-0004 §6.3.3). */
export const jsonWebToken = dataType<string>('a JSON Web Token in compact form', {
  type: 'string',
  maxLength: 65_536,
  pattern: '^[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]*\\.[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]*)?$',
});
export const anyUri = dataType<string>('a URI or resource identifier', {
  type: 'string',
  minLength: 1,
  maxLength: 2048,
  format: 'text',
  pattern: '^\\S+$',
});
/** A URI that means the same everywhere: the name of a definition, an address outside oneM2M. */
export const uri = dataType<string>('a URI', {
  type: 'string',
  minLength: 1,
  maxLength: 2048,
  format: 'text',
  pattern: '^\\S+$',
});
export const pointOfAccess = dataType<string>('an address such as http://host:port/path', {
  type: 'string',
  maxLength: 2048,
  format: 'text',
  pattern: '^[A-Za-z][A-Za-z0-9+.-]*://\\S+$',
});
export const countryCode = dataType<string>('a country code of two letters', {
  type: 'string',
  pattern: '^[A-Za-z]{2}$',
});
export const ncName = dataType<string>('an attribute name', {
  type: 'string',
  pattern: '^[A-Za-z_][A-Za-z0-9._-]{0,63}$',
});
export const timestamp = dataType<string>('a timestamp YYYYMMDDThhmmss[,ffffff]', {
  type: 'string',
  format: 'timestamp',
});
export const absoluteOrRelativeTimestamp = dataType<string>('a timestamp or signed milliseconds', {
  type: 'string',
  anyOf: [{ format: 'timestamp' }, { pattern: '^[+-]?\\d{1,14}$' }],
});
/** xs:dateTime, or the timestamp of the standard. */
export const dateTime = dataType<string>('a date and time such as 2026-03-01T06:00:00Z', {
  type: 'string',
  anyOf: [{ format: 'timestamp' }, { pattern: `^${dateDigits}T${timeDigits}$` }],
});
export const date = dataType<string>('a date YYYY-MM-DD', {
  type: 'string',
  pattern: `^(${dateDigits}|\\d{8})$`,
});
export const time = dataType<string>('a time hh:mm:ss', { type: 'string', pattern: `^(${timeDigits}|\\d{6})$` });
export const duration = dataType<string>('a duration such as PT30S', { type: 'string', format: 'duration' });
/** `key` or `key:value`, TS-0004 §6.3.3. */
export const label = dataType<string>('a label', { type: 'string', minLength: 1, maxLength: 1024, format: 'text' });
export const releaseVersion = oneOf('1', '2', '2a', '3', '4', '5');
export const serialization = oneOf('xml', 'json', 'cbor');
/** `application/json:0` – media type, encoding 0–2, optionally content security. TS-0004 §6.3.3. */
export const contentInfo = dataType<string>('mediaType:encoding[:contentSecurity], encoding 0 to 2', {
  type: 'string',
  maxLength: 256,
  pattern: '^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*(;[^:]+)?(:[0-2](:[0-5])?)?$',
});
/** 2 immediate, 3 best effort, 4 latest, or 100–999 by agreement. */
export const eventCategory = dataType<number>('2, 3, 4 or 100 to 999', {
  type: 'integer',
  anyOf: [{ enum: [2, 3, 4] }, { minimum: 100, maximum: 999 }],
});
/** An event category, or 0 for the default; in policies of communication management (TS-0004 §6.3.3). */
export const eventCategoryOrDefault = dataType<number>('0, 2, 3, 4 or 100 to 999', {
  type: 'integer',
  anyOf: [{ enum: [0, 2, 3, 4] }, { minimum: 100, maximum: 999 }],
});
/** Sum of 1 create, 2 retrieve, 4 update, 8 delete, 16 notify, 32 discovery (TS-0004 §6.3.4.2.29). */
export const accessControlOperations = integerBetween(0, 63);
export const mediaType = dataType<string>('a media type such as application/json', {
  type: 'string',
  maxLength: 256,
  pattern: '^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*(;.*)?$',
});
/** Second to year, seven fields in UTC (TS-0004 §7.4.9.1). */
export const scheduleEntry = dataType<string>('seven schedule fields (second minute hour day month weekday year)', {
  type: 'string',
  maxLength: 512,
  format: 'schedule',
});
export const imsi = dataType<string>('an IMSI of 14 or 15 digits', { type: 'string', pattern: '^\\d{14,15}$' });
export const iccid = dataType<string>('an ICCID of 18 to 22 digits', { type: 'string', pattern: '^\\d{18,22}$' });
export const anySimple = dataType<string | number | boolean>('a text, number or boolean', {
  anyOf: [{ type: 'string', format: 'text' }, { type: ['number', 'boolean'] }],
});
export const any = dataType<unknown>('any value', {});
/** Content of an instance: any JSON value but null (TS-0004 Table 7.4.7.1-1, release 4). */
export const content = dataType<unknown>('a string, or another JSON value that is not null', {
  anyOf: [{ type: 'string', format: 'text' }, { type: ['number', 'boolean', 'object', 'array'] }],
});

export const list = <T>(item: DataType<T>, { minItems = 0, maxItems = 1000, unique = false } = {}): DataType<T[]> =>
  dataType(`a list of ${item.expected}`, {
    type: 'array',
    items: item.schema,
    minItems,
    maxItems,
    uniqueItems: unique,
  });

type Members = Readonly<Record<string, DataType<unknown>>>;
type ValueOf<D> = D extends DataType<infer T> ? T : never;

/** A complex type: an object with exactly these members. */
export const complex = <M extends Members, const R extends readonly (keyof M & string)[]>(
  expected: string,
  required: R,
  members: M,
): DataType<{ [K in R[number]]: ValueOf<M[K]> } & { [K in Exclude<keyof M, R[number]>]?: ValueOf<M[K]> }> =>
  dataType(expected, {
    type: 'object',
    additionalProperties: false,
    required,
    properties: Object.fromEntries(Object.entries(members).map(([name, { schema }]) => [name, schema])),
  });

/** An object whose members are looked at by whoever uses it. */
export const object = (expected: string, constraints: Readonly<Record<string, unknown>>): DataType<JsonObject> =>
  dataType(expected, { type: 'object', ...constraints });

export type { ValueOf };
