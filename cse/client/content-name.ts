import type { JsonObject } from '../primitive.ts';
import { definitionOf } from '../resources/index.ts';

/** Types that have many root elements: a <mgmtObj> and a <flexContainer> are always one of their specializations. */
const specialized = new Set([13, 28]);

/**
 * Content of a CREATE or UPDATE. Types that have many root elements (`<flexContainer>`, `<mgmtObj>`) are given with
 * theirs: `{ "cod:color": { … } }`.
 *
 * @throws RangeError when the type's name has to be given and is not, or there is no such type
 */
export function contentOf(ty: number, attributes: JsonObject): JsonObject {
  const [first, ...others] = Object.keys(attributes);
  if (first?.includes(':') && others.length === 0) return attributes;
  const definition = definitionOf(ty);
  if (definition === undefined) throw new RangeError(`${ty} is not a resource type`);
  if (specialized.has(ty % 10_000)) {
    throw new RangeError(`resource type ${ty} has no single name; give the attributes as { "prefix:name": { … } }`);
  }
  return { [definition.element]: attributes };
}
