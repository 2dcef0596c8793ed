import type { Json, JsonObject } from '../../primitive.ts';
import { badRequest } from '../../refusal.ts';
import { customAttributesOf } from '../../resources/flex-container-specialization.ts';
import { definitionFor, definitionOf, type ResourceDefinition } from '../../resources/index.ts';
import type { Resource } from '../../store/resource.ts';
import { nowTimestamp } from '../../timestamp.ts';
import { expirationTime } from '../expiration.ts';
import type { Instances, TypeRules } from '../type-rules.ts';

const limits = ['mni', 'mbs', 'mia'] as const;

/** TS-0001 §9.6.35, TS-0004 §7.4.37; its instances belong to release 4. */
export const flexContainerRules: TypeRules = {
  create(_context, { attributes, definition }) {
    attributes.st = 0;
    attributes.cs = contentSize(definition, attributes);
    checkLimits(attributes);
  },
  update(_context, { resource, given, attributes }) {
    const definition = definitionFor(resource);
    if (definition === undefined) return;
    if (setsCustomAttributes(definition, given)) {
      attributes.st = Number(attributes.st) + 1;
      attributes.cs = contentSize(definition, attributes);
    }
    if (attributes.fcied === undefined && resource.attributes.fcied !== undefined) {
      for (const name of limits) if (given[name] === undefined) delete attributes[name];
    }
    checkLimits(attributes);
  },
  instances(resource, before, { given, originator }): Instances {
    const definition = definitionFor(resource);
    const { fcied } = resource.attributes;
    const enabledBefore = before?.attributes.fcied;
    if (definition === undefined || (fcied === undefined && enabledBefore === undefined)) return {};
    if (fcied === undefined) return { keep: 0 };
    if (fcied === false) return enabledBefore === true ? { keep: 1 } : {};
    const starts = enabledBefore !== true;
    return starts || setsCustomAttributes(definition, given)
      ? { append: snapshot(definition, resource, originator) }
      : {};
  },
};

/** Limits need instances to limit, and room for at least one. */
function checkLimits(attributes: JsonObject): void {
  for (const name of limits) {
    const value = attributes[name];
    if (value === undefined) continue;
    if (attributes.fcied === undefined) throw badRequest(`${name}: fcied (fcinEnabled) is expected with it`);
    if (value === 0) throw badRequest(`${name}: a positive number is expected, found 0`);
  }
  const { mbs, cs } = attributes;
  if (typeof mbs === 'number' && typeof cs === 'number' && mbs < cs) {
    throw badRequest(`mbs (maxByteSize): ${mbs} is less than the content has already, which is ${cs} bytes`);
  }
}

/** What the flexContainer holds at this moment. */
function snapshot(
  definition: ResourceDefinition,
  resource: Resource,
  originator: string,
): NonNullable<Instances['append']> {
  const { lbl, loc, cs, mia } = resource.attributes;
  const kept: JsonObject = {
    ...(lbl === undefined ? {} : { lbl }),
    ...(loc === undefined ? {} : { loc }),
    org: originator,
    ...customValues(definition, resource.attributes),
  };
  return {
    rn: null,
    ct: nowTimestamp(),
    et: expirationTime(undefined, resource, typeof mia === 'number' ? mia : undefined),
    cs: typeof cs === 'number' ? cs : 0,
    lbl: Array.isArray(lbl) ? lbl.map(String) : null,
    body: JSON.stringify(kept),
  };
}

function customValues(definition: ResourceDefinition, attributes: JsonObject): JsonObject {
  const values: JsonObject = {};
  for (const [name] of customAttributesOf(definition)) {
    const value = attributes[name];
    if (value !== undefined) values[name] = value;
  }
  return values;
}

/** contentSize: the sizes in bytes of all custom attributes together. */
function contentSize(definition: ResourceDefinition, attributes: JsonObject): number {
  return Object.values(customValues(definition, attributes)).reduce<number>((sum, value) => sum + sizeOf(value), 0);
}

const sizeOf = (value: Json): number => Buffer.byteLength(typeof value === 'string' ? value : JSON.stringify(value));

/** Giving an attribute its present value counts too: a measurement was taken anew. */
function setsCustomAttributes(definition: ResourceDefinition, given: JsonObject): boolean {
  const shared = definitionOf(definition.type)?.attributes ?? {};
  return Object.keys(given).some((name) => !Object.hasOwn(shared, name));
}
