import type { JsonObject } from '../primitive.ts';
import type { Attribute, ResourceDefinition } from '../resources/index.ts';
import { meaningOfAttribute, meaningOfType } from './meanings.ts';

/** The dialect of all schemas: that of OpenAPI 3.1 and, in what they use, of AsyncAPI 3. */
const dialect = 'https://json-schema.org/draft/2020-12/schema';

/** What our own formats mean, for validators that do not know them; they check the form, the CSE also the value. */
const patternOfFormat: Readonly<Record<string, string>> = {
  timestamp: '^\\d{8}T\\d{6}(,\\d{1,6})?$',
  duration: '^P(?=.)(\\d+Y)?(\\d+M)?(\\d+W)?(\\d+D)?(T(?=.)(\\d+H)?(\\d+M)?(\\d+(\\.\\d+)?S)?)?$',
  schedule: '^\\S+( \\S+){6}$',
};

/** A schema of a data type, without the formats that only this CSE knows. */
function portable(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(portable);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { format, ...others } = schema as JsonObject;
  const copied: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(others)) copied[name] = name === 'enum' ? value : portable(value);
  const pattern = typeof format === 'string' ? patternOfFormat[format] : undefined;
  return pattern === undefined ? copied : { ...copied, pattern };
}

/** The values of one attribute. */
function attributeSchema({ long, type, supported }: Attribute): JsonObject {
  const meaning = meaningOfAttribute(long)?.en;
  const said = [meaning, `Expected: ${type.expected}.`, supported ? undefined : 'Not supported by this CSE.'];
  return {
    title: long,
    description: said.filter((sentence) => sentence !== undefined).join(' '),
    ...(portable(type.schema) as JsonObject),
  };
}

/** Schemas of one resource type. */
export interface TypeSchemas {
  /** By short name. */
  readonly attributes: Readonly<Record<string, JsonObject>>;
  /** Content of a CREATE, undefined when the API cannot create such a resource. */
  readonly create?: JsonObject;
  /** Content of an UPDATE; null removes an attribute. */
  readonly update?: JsonObject;
  /** What is retrieved, with or without children. */
  readonly representation: JsonObject;
}

/**
 * Derives the schemas of the content of requests and responses about one type from its table.
 * @param refTo where the schema of an attribute, by its short name, is to be found
 */
export function schemasOf(definition: ResourceDefinition, refTo: (shortName: string) => string): TypeSchemas {
  const { attributes, element, longName } = definition;
  const rows = Object.entries(attributes);
  const reference = (name: string): JsonObject => ({ $ref: refTo(name) });
  const wrap = (title: string, content: JsonObject): JsonObject => ({
    title,
    type: 'object',
    required: [element],
    additionalProperties: false,
    properties: { [element]: { type: 'object', ...content } },
  });
  const accepted = (operation: 'create' | 'update') =>
    rows.filter(([, row]) => row[operation] !== 'NP' && row.supported);
  const create = wrap(`CREATE of <${longName}>`, {
    additionalProperties: false,
    required: accepted('create').flatMap(([name, row]) => (row.create === 'M' ? [name] : [])),
    // `cr` without a value asks the CSE to record the originator.
    properties: Object.fromEntries(
      accepted('create').map(([name]) => [name, name === 'cr' ? { type: 'null' } : reference(name)]),
    ),
  });
  const update = wrap(`UPDATE of <${longName}>`, {
    additionalProperties: false,
    properties: Object.fromEntries(
      accepted('update').map(([name, row]) => [
        name,
        row.mandatory && name !== 'et' ? reference(name) : { anyOf: [reference(name), { type: 'null' }] },
      ]),
    ),
  });
  const representation = wrap(`<${longName}>`, {
    required: rows.flatMap(([name, row]) => (row.mandatory ? [name] : [])),
    properties: {
      ...Object.fromEntries(rows.map(([name]) => [name, reference(name)])),
      ch: {
        description: 'References to children, when they were asked for.',
        type: 'array',
        items: { type: 'object' },
      },
    },
    additionalProperties: false,
    // Children, when they were asked for (rcn 4), under the names of their types.
    patternProperties: { '^[a-z][a-z0-9]*:': { type: 'array', items: { type: 'object' } } },
  });
  return {
    attributes: Object.fromEntries(rows.map(([name, row]) => [name, attributeSchema(row)])),
    ...(definition.creatable ? { create } : {}),
    ...(definition.updatable && accepted('update').length > 0 ? { update } : {}),
    representation,
  };
}

/** A document for one type: what a representation looks like, and under `$defs` the content of CREATE and UPDATE. */
export function schemaDocument(definition: ResourceDefinition): JsonObject {
  const { element, longName, clause } = definition;
  const { attributes, ...contents } = schemasOf(definition, (name) => `#/$defs/attribute.${name}`);
  const meaning = meaningOfType(definition)?.en;
  return {
    $schema: dialect,
    $id: `/cse/schemas/${element}.json`,
    title: longName,
    description: `${meaning === undefined ? '' : `${meaning} `}oneM2M ${clause}.`,
    $ref: '#/$defs/representation',
    $defs: {
      ...contents,
      ...Object.fromEntries(Object.entries(attributes).map(([name, schema]) => [`attribute.${name}`, schema])),
    },
  };
}
