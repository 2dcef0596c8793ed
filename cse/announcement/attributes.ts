import type { Names } from '../address.ts';
import type { Json, JsonObject } from '../primitive.ts';
import { announcedOffset } from '../resources/announced.ts';
import { anyUri, type DataType, id } from '../resources/data-type.ts';
import type { Attribute } from '../resources/definition.ts';
import { definitionFor, definitionOf, type ResourceDefinition } from '../resources/index.ts';
import type { Resource } from '../store/resource.ts';

/** Definition of the announced variant of a resource; undefined when it has none. */
export const announcedDefinition = ({ ty, attributes }: Pick<Resource, 'ty' | 'attributes'>) =>
  definitionOf(ty + announcedOffset, attributes.mgd ?? attributes.cnd);

/** Whether a type is the announced variant of another. */
export const isAnnounced = (type: number): boolean => type >= announcedOffset && type < 2 * announcedOffset;

/** Names that may stand in `aa`. */
export const optionallyAnnounced = ({ attributes }: ResourceDefinition): string[] =>
  Object.entries(attributes).flatMap(([name, { announce }]) => (announce === 'OA' ? [name] : []));

/** Address of an original resource as its announced resources link to it. */
export const linkTo = (ri: string, { cseId }: Names): string => `${cseId}/${ri}`;

/**
 * What an announced resource shows: attributes marked MA, those marked OA that `aa` names, the link and the policies,
 * with identifiers in a form that holds at the other CSE (TS-0004 §7.3.3.10).
 *
 * @param all every attribute of the original
 * @param policies `acpi` of the original, or those that govern it
 * @param absolute whether the other CSE belongs to another service provider
 */
export function announcedAttributes(
  original: Resource,
  all: JsonObject,
  policies: Json | undefined,
  names: Names,
  absolute: boolean,
): JsonObject {
  const definition = definitionFor(original);
  const announced = announcedDefinition(original);
  const { aa } = all;
  const chosen = new Set(Array.isArray(aa) ? aa : []);
  const scope = absolute ? `${names.spId}${names.cseId}` : names.cseId;
  const shown: JsonObject = {};
  for (const [name, row] of Object.entries(definition?.attributes ?? {})) {
    if (row.announce !== 'MA' && !(row.announce === 'OA' && chosen.has(name))) continue;
    const value = all[name];
    if (value === undefined || announced?.attributes[name] === undefined) continue;
    shown[name] = holdsIdentifiers(row) ? converted(value, scope, names) : value;
  }
  if (all.et !== undefined) shown.et = all.et;
  if (policies !== undefined) shown.acpi = converted(policies, scope, names);
  shown.lnk = `${absolute ? names.spId : ''}${linkTo(original.ri, names)}`;
  return shown;
}

/** What has to be sent so that an announced resource shows `wanted` instead of `sent`; null removes. */
export function changesBetween(sent: JsonObject, wanted: JsonObject): JsonObject {
  const changes: JsonObject = {};
  for (const [name, value] of Object.entries(wanted)) {
    if (JSON.stringify(sent[name]) !== JSON.stringify(value)) changes[name] = value;
  }
  for (const name of Object.keys(sent)) if (wanted[name] === undefined) changes[name] = null;
  return changes;
}

/** Data types whose values name resources, AEs or CSEs; lists of them too. */
function holdsIdentifiers({ type }: Attribute): boolean {
  const { schema }: DataType<unknown> = type;
  return [schema, schema.items].some((one) => one === id.schema || one === anyUri.schema);
}

function converted(value: Json, scope: string, names: Names): Json {
  if (Array.isArray(value)) return value.map((item) => converted(item, scope, names));
  return typeof value === 'string' ? inScope(value, scope, names) : value;
}

/** URLs stay as they are; what is relative to this CSE gets its CSE-ID in front, structured or not. */
function inScope(identifier: string, scope: string, { spId, cseId }: Names): string {
  if (identifier.includes('://') || identifier.startsWith('//')) return identifier;
  const foreign = scope !== cseId;
  if (identifier.startsWith('/')) return foreign ? `${spId}${identifier}` : identifier;
  if (/^S[A-Za-z0-9._~-]*$/.test(identifier)) return `${foreign ? spId : ''}/${identifier}`;
  return `${scope}/${identifier}`;
}
