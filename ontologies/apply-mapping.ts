import { Ajv2020 } from 'ajv/dist/2020.js';
import { LRUCache } from 'lru-cache';
import type { EntityType } from './declaration.ts';
import type { Attribute, EntityFragment, JsonValue, LocalizedText } from './entity.ts';
import { compileExpression, type Expression, ExpressionError } from './expression.ts';
import {
  type ChangeBody,
  type CommandInput,
  type CommandMapping,
  type EntityMapping,
  type Mapping,
  type MappingInput,
  mappingName,
} from './mapping.ts';
import { typeOf } from './types.ts';
import { validateEntity } from './validate-entity.ts';

/** Why a message did not become an entity, for the person who mends it. */
export interface Quarantined {
  /** `parse`: the content is not JSON; `map`: the expression failed; `validate`: its result is not a valid entity. */
  readonly stage: 'parse' | 'map' | 'validate';
  readonly reason: LocalizedText;
  /** `<mapping>@<version>`, once one has been applied. */
  readonly mapping?: string;
}

export type MappingOutcome = { readonly entity: EntityFragment } | { readonly quarantine: Quarantined };

/** A oneM2M CREATE that carries a command to its device. */
export interface CommandRequest {
  readonly to: string;
  readonly ty: 4;
  readonly pc: {
    readonly 'm2m:cin': { readonly con: JsonValue; readonly cnf?: string; readonly lbl?: readonly string[] };
  };
}

export interface CompiledMapping<M extends Mapping = Mapping> {
  readonly mapping: M;
  readonly expression: Expression;
}

const compiled = new LRUCache<string, Expression>({ max: 500 });

/**
 * Compiles the expression of a mapping, once for all mappings that share it.
 * @throws ExpressionError that says what is wrong and where
 */
export function compileMapping<M extends Mapping>(mapping: M): CompiledMapping<M> {
  const known = compiled.get(mapping.expression);
  const expression = known ?? compileExpression(mapping.expression);
  if (known === undefined) compiled.set(mapping.expression, expression);
  return { mapping, expression };
}

/** Reads the content of an entry of the change feed: `con` is JSON text, or already JSON. */
export function readContent(entry: {
  readonly labels: readonly string[];
  readonly body: ChangeBody;
}): { readonly input: MappingInput } | { readonly quarantine: Quarantined } {
  const { labels, body } = entry;
  const instance = member(body.pc, 'm2m:cin');
  const con = member(instance, 'con');
  if (con === undefined) {
    return refuse('parse', {
      fr: 'l’instance n’a pas de contenu (con)',
      en: 'the instance has no content (con)',
    });
  }
  if (typeof con !== 'string') return { input: { change: body, content: con, labels } };
  try {
    return { input: { change: body, content: JSON.parse(con) as JsonValue, labels } };
  } catch (error) {
    const why = error instanceof Error ? error.message.slice(0, 200) : '';
    return refuse('parse', {
      fr: `le contenu n’est pas du JSON valide (${why})`,
      en: `the content is not valid JSON (${why})`,
    });
  }
}

/**
 * Maps one instance onto its entity.
 *
 * The expression sees `change`, `content`, `labels`, `device` (resource name of the AE) and `label` (values of labels like
 * `model:x` by name); it gives plain values by property name, with `observedAt` for those that vary, `location` as GeoJSON
 * and, when it is not `urn:ngsi-ld:<Type>:<device>`, `id`. Units, NGSI-LD attribute types and times are added from the
 * declaration; values that are missing or null are left out.
 */
export async function applyMapping(
  { mapping, expression }: CompiledMapping<EntityMapping>,
  input: MappingInput,
): Promise<MappingOutcome> {
  const name = mappingName(mapping);
  const type = typeOf(mapping.target);
  if (type === undefined) return refuse('map', unknownTarget(mapping.target), name);
  const device = input.change.to.split('/')[1] ?? '';
  let result: unknown;
  try {
    result = await expression.evaluate({ ...input, device, label: labelValues(input.labels) });
  } catch (error) {
    return refuse('map', expressionFailed(error), name);
  }
  if (typeof result !== 'object' || result === null || Array.isArray(result)) {
    return refuse(
      'map',
      { fr: 'la mise en correspondance ne donne pas un objet', en: 'the mapping does not give an object' },
      name,
    );
  }
  const entity = normalize(result as Record<string, unknown>, type, device);
  const timeless = observedWithoutTime(entity, type);
  if (timeless !== undefined) {
    return refuse(
      'validate',
      {
        fr: `${timeless} varie dans le temps mais le message n’en donne pas l’heure (observedAt)`,
        en: `${timeless} varies over time but the message does not say when (observedAt)`,
      },
      name,
    );
  }
  const invalid = validateEntity(entity);
  return invalid === undefined ? { entity } : refuse('validate', invalid.reason, name);
}

const validateRequest = new Ajv2020().compile<CommandRequest>({
  type: 'object',
  required: ['to', 'ty', 'pc'],
  additionalProperties: false,
  properties: {
    to: { type: 'string', minLength: 1, maxLength: 1000 },
    ty: { const: 4 },
    pc: {
      type: 'object',
      required: ['m2m:cin'],
      additionalProperties: false,
      properties: {
        'm2m:cin': {
          type: 'object',
          required: ['con'],
          additionalProperties: false,
          properties: { con: {}, cnf: { type: 'string' }, lbl: { type: 'array', items: { type: 'string' } } },
        },
      },
    },
  },
});

/**
 * Maps a command onto the oneM2M request its device understands. The expression sees `command` and `ae`, the address of
 * the device's AE; `$string()` turns the content into JSON text.
 */
export async function applyCommandMapping(
  { mapping, expression }: CompiledMapping<CommandMapping>,
  command: CommandInput,
): Promise<{ readonly request: CommandRequest } | { readonly quarantine: Quarantined }> {
  const name = mappingName(mapping);
  if (command.origin === null) {
    return refuse(
      'map',
      {
        fr: `aucun appareil n’a encore parlé de ${command.entity} : la commande n’a pas de destinataire`,
        en: `no device has spoken of ${command.entity} yet: the command has nowhere to go`,
      },
      name,
    );
  }
  const ae = command.origin.resource.split('/').slice(0, 2).join('/');
  let result: unknown;
  try {
    result = await expression.evaluate({ command, ae });
  } catch (error) {
    return refuse('map', expressionFailed(error), name);
  }
  // JSONata objects have no prototype and its lists carry marks; the request is what remains as JSON.
  const request: unknown = JSON.parse(JSON.stringify(result ?? null));
  if (validateRequest(request)) return { request };
  const [error] = validateRequest.errors ?? [];
  const where = `${error?.instancePath ?? ''} ${error?.message ?? ''}`.trim();
  return refuse(
    'validate',
    {
      fr: `la requête oneM2M produite n’est pas valide (${where})`,
      en: `the oneM2M request it gives is not valid (${where})`,
    },
    name,
  );
}

const refuse = (stage: Quarantined['stage'], reason: LocalizedText, mapping?: string): { quarantine: Quarantined } => ({
  quarantine: { stage, reason, ...(mapping === undefined ? {} : { mapping }) },
});

const unknownTarget = (target: string): LocalizedText => ({
  fr: `le type visé ${target} n’est pas déclaré`,
  en: `the target type ${target} is not declared`,
});

function expressionFailed(error: unknown): LocalizedText {
  if (!(error instanceof ExpressionError)) throw error;
  const at = error.position === undefined ? '' : ` (position ${error.position})`;
  return { fr: `l’expression échoue${at} : ${error.message}`, en: `the expression fails${at}: ${error.message}` };
}

function member(value: unknown, name: string): JsonValue | undefined {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, JsonValue>)[name]
    : undefined;
}

/** `model:milesight/em400-udl` is found as `label.model`. */
function labelValues(labels: readonly string[]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const label of labels) {
    const colon = label.indexOf(':');
    if (colon > 0) values[label.slice(0, colon)] = label.slice(colon + 1);
  }
  return values;
}

function normalize(values: Record<string, unknown>, type: EntityType, device: string): EntityFragment {
  const { id, observedAt: time, location, type: _type, ...properties } = values;
  const observedAt = utcTime(time);
  const entity: Record<string, string | Attribute> = {
    id: typeof id === 'string' ? id : `urn:ngsi-ld:${type.name}:${device}`,
    type: type.name,
  };
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    const declared = Object.hasOwn(type.properties, name) ? type.properties[name] : undefined;
    entity[name] = {
      type: 'Property',
      value: value as JsonValue,
      ...(declared?.unitCode === undefined ? {} : { unitCode: declared.unitCode }),
      ...(declared?.observed && observedAt !== undefined ? { observedAt } : {}),
    };
  }
  // The validator judges the geometry; until then it is only a value.
  if (location !== undefined && location !== null) entity.location = { type: 'GeoProperty', value: location as never };
  return entity as EntityFragment;
}

const withZone = /(?:Z|[+-]\d\d:?\d\d)$/;

/** ISO 8601 UTC; what is not a time with its zone is passed on for the validator to name. */
function utcTime(time: unknown): string | undefined {
  if (typeof time !== 'string') return time === undefined || time === null ? undefined : String(time);
  if (!withZone.test(time)) return time;
  const milliseconds = Date.parse(time);
  return Number.isNaN(milliseconds) ? time : new Date(milliseconds).toISOString();
}

function observedWithoutTime(entity: EntityFragment, type: EntityType): string | undefined {
  return Object.keys(entity).find((name) => {
    const attribute = entity[name];
    return (
      typeof attribute === 'object' && type.properties[name]?.observed === true && attribute.observedAt === undefined
    );
  });
}
