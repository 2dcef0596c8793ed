import { definitionByElement } from '../../resources/index.ts';
import { childReferences, globalShape, type Shape, shapeOf } from './shape.ts';

/** Attributes every resource begins with, in the order of the types that all resource types extend (TS-0004 §6.5). */
const first = ['ty', 'ri', 'pi', 'ct', 'lt', 'lbl', 'acpi', 'et', 'daci', 'at', 'aa'];

/** Members of what a global element holds, in the order of its schema; undefined when it has none. */
export interface ElementShape {
  readonly shape: Shape;
  /** Whether it is a resource: its name is an XML attribute, and other resources may be inside. */
  readonly isResource: boolean;
}

const known = new Map<string, ElementShape>();

/** Shape of a global element; of one that nobody knows, 'any'. */
export function elementShape(element: string): ElementShape {
  const already = known.get(element);
  if (already !== undefined) return already;
  const shape = globalShape(element);
  if (shape !== undefined) return { shape, isResource: false };
  const definition = definitionByElement(element);
  if (definition === undefined) return { shape: 'any', isResource: false };
  const { attributes } = definition;
  const names = [...first.filter((name) => name in attributes), ...Object.keys(attributes)];
  const members: Record<string, Shape> = {};
  for (const name of names) members[name] ??= shapeOf(attributes[name]?.type.schema ?? {});
  members.ch = childReferences;
  const found: ElementShape = { shape: { members }, isResource: true };
  known.set(element, found);
  return found;
}
