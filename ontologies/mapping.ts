import { Ajv2020 } from 'ajv/dist/2020.js';
import type { JsonValue, LocalizedText } from './entity.ts';
import { typeOf, types } from './types.ts';

interface MappingBase {
  /** kebab-case; with the version it is the provenance of what is stored. */
  readonly id: string;
  readonly version: number;
  readonly title: LocalizedText;
  /** JSONata. */
  readonly expression: string;
}

/** From the content of oneM2M instances to fragments of entities. */
export interface EntityMapping extends MappingBase {
  readonly kind: 'entity';
  /** An instance is mapped when its labels hold all of these. */
  readonly labels: readonly string[];
  /** Entity type of the result. */
  readonly target: string;
  readonly samples: readonly { readonly name: string; readonly input: MappingInput; readonly entity: JsonValue }[];
}

/** From a command of the territory to a oneM2M request. */
export interface CommandMapping extends MappingBase {
  readonly kind: 'command';
  readonly target: string;
  readonly action: string;
  readonly samples: readonly { readonly name: string; readonly command: CommandInput; readonly request: JsonValue }[];
}

export type Mapping = EntityMapping | CommandMapping;

/** What an expression sees of a change of the CSE. */
export interface MappingInput {
  /** Body of the entry of the change feed. */
  readonly change: ChangeBody;
  /** `con` of the content instance, parsed. */
  readonly content: JsonValue;
  readonly labels: readonly string[];
}

export interface ChangeBody {
  /** Hierarchical address of the instance, e.g. `cse-in/light-0001/state/4f2a`. */
  readonly to: string;
  readonly ty: number;
  readonly ri?: string;
  readonly parent?: string;
  readonly originator?: string;
  readonly pc?: JsonValue;
}

/** What an expression sees of a command: an entry of kind `command` of the work feed. */
export interface CommandInput {
  readonly id: string;
  readonly entity: string;
  readonly type: string;
  readonly action: string;
  readonly parameters: { readonly [name: string]: JsonValue };
  readonly issuedAt: string;
  /** The latest resource that told about the entity; its AE is the device. */
  readonly origin: { readonly resource: string } | null;
}

/** `waste-measurements@1` */
export const mappingName = ({ id, version }: MappingBase): string => `${id}@${version}`;

const text = { type: 'string', minLength: 1, maxLength: 200 };
const samples = { type: 'array', maxItems: 50, items: { type: 'object' } };
const base = {
  id: { type: 'string', pattern: '^[a-z][a-z0-9-]{0,63}$' },
  version: { type: 'integer', minimum: 1 },
  title: { type: 'object', required: ['fr', 'en'], additionalProperties: false, properties: { fr: text, en: text } },
  expression: { type: 'string', minLength: 1 },
  target: { enum: types.map((type) => type.name) },
  samples,
};
const required = ['id', 'version', 'title', 'kind', 'target', 'expression', 'samples'];

const validate = new Ajv2020({ discriminator: true }).compile<Mapping>({
  type: 'object',
  required: ['kind'],
  discriminator: { propertyName: 'kind' },
  oneOf: [
    {
      required: [...required, 'labels'],
      additionalProperties: false,
      properties: {
        ...base,
        kind: { const: 'entity' },
        labels: { type: 'array', minItems: 1, maxItems: 20, items: text },
      },
    },
    {
      required: [...required, 'action'],
      additionalProperties: false,
      properties: { ...base, kind: { const: 'command' }, action: text },
    },
  ],
});

/**
 * Checks a mapping declaration.
 * @throws TypeError that names the member
 */
export function readMapping(declaration: unknown, name: string): Mapping {
  if (!validate(declaration)) {
    const [error] = validate.errors ?? [];
    throw new TypeError(`mapping ${name}: ${error?.instancePath ?? ''} ${error?.message ?? 'is not valid'}`);
  }
  if (declaration.kind === 'command' && typeOf(declaration.target)?.commands[declaration.action] === undefined) {
    throw new TypeError(`mapping ${name}: ${declaration.target} declares no command ${declaration.action}`);
  }
  return declaration;
}
