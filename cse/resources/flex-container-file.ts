import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { parse as parseYaml } from 'yaml';
import { messageOf, StartupError } from '#platform';
import { flexContainer } from './flex-container.ts';
import { customTypes, type Specialization } from './flex-container-specialization.ts';

/** A file of specializations of <flexContainer> with one namespace: `city.json`. */
export interface FlexContainerFile {
  readonly path: string;
  /** Where the facts come from, and under which terms. */
  readonly origin: string;
  readonly licence: string;
  /** Prefix of the elements: `cid`. */
  readonly namespace: string;
  /** By short name: `deOLp`. */
  readonly definitions: Readonly<Record<string, Specialization>>;
}

const definitionsMax = 2_000;
const attributesMax = 200;
const name = { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_.-]{0,63}$' };
const text = { type: 'string', minLength: 1, maxLength: 2048 };
const listOf = (items: object, maxItems: number) => ({ type: 'array', items, maxItems, uniqueItems: true });

const attributeSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['longName', 'type'],
  properties: {
    longName: name,
    type: { enum: Object.keys(customTypes) },
    values: { ...listOf({ type: ['integer', 'string'] }, 1000), minItems: 1 },
    mandatory: { type: 'boolean' },
    update: { enum: ['O', 'NP'] },
    announce: { enum: ['MA', 'OA', 'NA'] },
  },
};

const fileSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['origin', 'licence', 'namespace', 'definitions'],
  properties: {
    origin: text,
    licence: text,
    namespace: { type: 'string', pattern: '^[a-z][a-z0-9]{0,15}$' },
    definitions: {
      type: 'object',
      maxProperties: definitionsMax,
      propertyNames: name,
      additionalProperties: {
        type: 'object',
        additionalProperties: false,
        required: ['longName', 'containerDefinition'],
        properties: {
          longName: name,
          containerDefinition: { type: 'string', pattern: '^\\S{1,2048}$' },
          parents: listOf(name, 20),
          children: listOf({ type: 'string', pattern: '^[a-z][a-z0-9]{0,15}:[A-Za-z0-9_.-]{1,64}$' }, 200),
          attributes: {
            type: 'object',
            maxProperties: attributesMax,
            propertyNames: { ...name, not: { enum: Object.keys(flexContainer.attributes) } },
            additionalProperties: attributeSchema,
          },
        },
      },
    },
  },
};

let validate: ValidateFunction<Omit<FlexContainerFile, 'path'>> | undefined;

/** Paths of the definition files in a folder, in the order of their names; none when there is no such folder. */
export const flexContainerFilesIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => /\.(json|ya?ml)$/.test(file))
        .sort()
        .map((file) => join(folder, file))
    : [];

/**
 * Reads a file of definitions that somebody else wrote.
 * @throws StartupError that names the file, the place in it and what is expected there
 */
export function readFlexContainerFile(path: string): FlexContainerFile {
  let content: unknown;
  try {
    const source = readFileSync(path, 'utf8');
    content = path.endsWith('.json') ? JSON.parse(source) : parseYaml(source, { maxAliasCount: 0 });
  } catch (error) {
    throw new StartupError(`${path}: ${messageOf(error).split('\n')[0]}`, advice);
  }
  validate ??= new Ajv({ allErrors: true, allowUnionTypes: true }).compile<Omit<FlexContainerFile, 'path'>>(fileSchema);
  if (!validate(content)) {
    const problems = (validate.errors ?? []).slice(0, 10).map((error) => `${path}: ${describe(error)}`);
    throw new StartupError(problems.join('\n'), advice);
  }
  return { ...content, path };
}

export const advice = 'Correct the file; docs/cse/flex-containers.md says what it may hold.';

function describe({ instancePath, keyword, message, params, propertyName }: ErrorObject): string {
  const place = instancePath.slice(1).replaceAll('/', '.');
  const at = place === '' ? '' : `${place}: `;
  if (propertyName !== undefined)
    return keyword === 'not'
      ? `${at}"${propertyName}" is an attribute of every flexContainer and cannot be defined anew`
      : `${at}"${propertyName}" is not a name of letters, digits, "-", "." and "_"`;
  if (keyword === 'additionalProperties') return `${at}"${params.additionalProperty}" is not known here`;
  if (keyword === 'enum') return `${at}expected one of ${params.allowedValues.join(', ')}`;
  return `${at}${message ?? keyword}`;
}
