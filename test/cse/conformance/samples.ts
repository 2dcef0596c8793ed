/** Values made from the schemas of data types, for tests that go through every attribute of every type. */

type Schema = Readonly<Record<string, unknown>>;
// biome-ignore lint/suspicious/noExplicitAny: values of every data type
type Value = any;

const formats: Readonly<Record<string, string>> = {
  timestamp: '20991231T235959',
  duration: 'PT30S',
  schedule: '* * * * * * *',
  text: 'text',
};

/** What is accepted by the patterns the data types use. */
const candidates: readonly string[] = [
  'name',
  'C1234',
  'http://127.0.0.1:9/x',
  'application/json:0',
  'application/json',
  'FR',
  '12345',
  '20991231T235959',
  '123456789012345',
  '123456789012345678',
  'role@alzette.example',
  'QUJD',
  '12:30:00',
  '2026-01-31',
  'e30.e30.c2ln',
];

/** A value the schema accepts. */
export function accepted(schema: Schema): Value {
  if (Array.isArray(schema.enum)) return schema.enum[0];
  if (Array.isArray(schema.anyOf)) return accepted({ ...schema, ...schema.anyOf[0], anyOf: undefined });
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  switch (type) {
    case 'integer':
    case 'number':
      return Math.max(1, Number(schema.minimum ?? 1));
    case 'boolean':
      return true;
    case 'array':
      return Array.from({ length: Math.max(1, Number(schema.minItems ?? 1)) }, () => accepted(schema.items as Schema));
    case 'object': {
      const properties = (schema.properties ?? {}) as Record<string, Schema>;
      const required = (schema.required ?? []) as string[];
      if (required.length === 0 && Number(schema.minProperties ?? 0) > 0) return { 'm2m:cin': { con: 'x' } };
      return Object.fromEntries(required.map((name) => [name, accepted(properties[name] ?? {})]));
    }
    case 'string': {
      const { pattern, format } = schema as { pattern?: string; format?: string };
      if (pattern === undefined) return formats[format ?? 'text'];
      const found = candidates.find((text) => new RegExp(pattern).test(text));
      if (found === undefined) throw new Error(`no sample matches ${pattern}`);
      return found;
    }
    default:
      return 'anything';
  }
}

/** A value the schema refuses; undefined when it accepts everything. */
export function refused(schema: Schema): Value {
  if (Array.isArray(schema.enum)) return 'none of these';
  if (Array.isArray(schema.anyOf)) {
    const types = new Set((schema.anyOf as Schema[]).flatMap(({ type }) => type ?? schema.type));
    return types.has('object') ? undefined : { no: 'such thing' };
  }
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case 'integer':
    case 'number':
      return 'not a number';
    case 'boolean':
      return 'not a truth value';
    case 'array':
      return 'not a list';
    case 'object':
      return 'not an object';
    case 'string':
      return { no: 'text' };
    default:
      return undefined;
  }
}
