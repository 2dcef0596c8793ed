import type { JsonValue } from './entity.ts';
import { types } from './types.ts';

/** NGSI-LD core context, by which every document ends (ETSI GS CIM 009 §4.4). */
const coreContext = 'https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.8.jsonld';

/**
 * JSON-LD context of the entity types: each type and property name with its term. A property whose term differs from one
 * type to the next (`activePower` of a light and of a turbine) is scoped to its type.
 */
export const context: { readonly '@context': JsonValue } = { '@context': [terms(), coreContext] };

function terms(): JsonValue {
  const uses = new Map<string, Set<string>>();
  for (const type of types) {
    for (const [name, { term }] of Object.entries(type.properties))
      uses.set(name, (uses.get(name) ?? new Set()).add(term));
  }
  const shared: Record<string, JsonValue> = {};
  for (const [name, [term, ...others]] of uses) if (term !== undefined && others.length === 0) shared[name] = term;
  for (const type of types) {
    const own = Object.entries(type.properties).flatMap(([name, { term }]) =>
      name in shared ? [] : [[name, term] as const],
    );
    shared[type.name] = { '@id': type.term, ...(own.length === 0 ? {} : { '@context': Object.fromEntries(own) }) };
  }
  return shared;
}
