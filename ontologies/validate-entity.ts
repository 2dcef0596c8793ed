import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormatsModule from 'ajv-formats';
import type { EntityType } from './declaration.ts';
import type { EntityFragment, LocalizedText } from './entity.ts';
import { geometrySchema } from './geometry.ts';
import { explain } from './reason.ts';
import { typeOf, types } from './types.ts';

// CommonJS default export seen from an ES module.
const addFormats = addFormatsModule.default;

export interface Invalid {
  /** JSON pointer to what is wrong: `/fillingLevel/value`. */
  readonly path: string;
  readonly reason: LocalizedText;
}

const observedAt = { type: 'string', format: 'date-time', maxLength: 40 };

/** JSON Schema of the NGSI-LD normalized fragments of one entity type. */
export function fragmentSchema(type: EntityType): Record<string, unknown> {
  const attributes = Object.entries(type.properties).map(([name, { schema, unitCode }]) => [
    name,
    {
      type: 'object',
      required: ['type', 'value'],
      additionalProperties: false,
      properties: {
        type: { const: 'Property' },
        value: schema,
        ...(unitCode === undefined ? {} : { unitCode: { const: unitCode } }),
        observedAt,
      },
    },
  ]);
  return {
    type: 'object',
    required: ['id', 'type'],
    additionalProperties: false,
    // A fragment without any attribute says nothing.
    minProperties: 3,
    properties: {
      id: { type: 'string', maxLength: 256, pattern: `^urn:ngsi-ld:${type.name}:[A-Za-z0-9][A-Za-z0-9._~:-]*$` },
      type: { const: type.name },
      location: {
        type: 'object',
        required: ['type', 'value'],
        additionalProperties: false,
        properties: { type: { const: 'GeoProperty' }, value: geometrySchema, observedAt },
      },
      ...Object.fromEntries(attributes),
    },
  };
}

const ajv = new Ajv2020({
  verbose: true,
  discriminator: true,
  // Branches of a `oneOf` leave the type to the schema around them, and positions have two or three items.
  strictTypes: false,
  strictTuples: false,
});
addFormats(ajv, ['date-time']);

const validators = new Map<string, ValidateFunction<EntityFragment>>(
  types.map((type) => [type.name, ajv.compile<EntityFragment>(fragmentSchema(type))]),
);

/**
 * Checks a fragment against its type's declaration.
 *
 * @returns the first thing that is wrong, or undefined when the fragment is valid
 */
export function validateEntity(entity: unknown): Invalid | undefined {
  if (typeof entity !== 'object' || entity === null || Array.isArray(entity)) {
    return {
      path: '',
      reason: { fr: 'une entité est attendue (un objet JSON)', en: 'an entity is expected (a JSON object)' },
    };
  }
  const name: unknown = 'type' in entity ? entity.type : undefined;
  const type = typeof name === 'string' ? typeOf(name) : undefined;
  const validate = type === undefined ? undefined : validators.get(type.name);
  if (type === undefined || validate === undefined) return { path: '/type', reason: unknownType(name) };
  if (validate(entity)) return undefined;
  const error: ErrorObject | undefined = validate.errors?.[0];
  return error === undefined ? undefined : { path: error.instancePath, reason: explain(error, type) };
}

function unknownType(name: unknown): LocalizedText {
  const known = types.map((type) => type.name).join(', ');
  const given = typeof name === 'string' ? name.slice(0, 80) : undefined;
  return {
    fr: `${given === undefined ? 'le type manque' : `le type ${given} n’est pas déclaré`} ; attendu : ${known}`,
    en: `${given === undefined ? 'the type is missing' : `type ${given} is not declared`}; expected: ${known}`,
  };
}
