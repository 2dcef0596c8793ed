import { Ajv, type ErrorObject } from 'ajv';
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

const ajv = new Ajv({ strict: true, allowUnionTypes: true, allErrors: false });
ajv.addFormat('timestamp', (text: string) => fromTimestamp(text) !== undefined);
ajv.addFormat('duration', (text: string) => fromDuration(text) !== undefined);
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
  const validate = ajv.compile<T>(schema);
  return {
    schema,
    expected,
    reject: (value) => (validate(value) ? undefined : whatIsWrong(validate.errors?.[0])),
  };
}

const textSchema = { type: 'string', maxLength: 65_536, format: 'text' };

export const string = dataType<string>('a string', textSchema);
export const boolean = dataType<boolean>('true or false', { type: 'boolean' });
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
export const enumeration = <const T extends readonly (number | string)[]>(...values: T): DataType<T[number]> =>
  dataType(`one of ${values.join(', ')}`, { enum: values });

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
export const anyUri = dataType<string>('a URI or resource identifier', {
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
export const duration = dataType<string>('a duration such as PT30S', { type: 'string', format: 'duration' });
/** `key` or `key:value`, TS-0004 §6.3.3. */
export const label = dataType<string>('a label', { type: 'string', minLength: 1, maxLength: 1024, format: 'text' });
export const releaseVersion = enumeration('1', '2', '2a', '3', '4', '5');
export const serialization = enumeration('xml', 'json', 'cbor');
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

export type { ValueOf };
