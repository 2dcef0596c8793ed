import type { Json, JsonObject } from '../../primitive.ts';
import type { Limits } from '../limits.ts';
import { Malformed } from '../malformed.ts';
import { readDocument, type XmlElement } from './element.ts';
import { elementShape } from './representation-shape.ts';
import { isScalar, type Shape } from './shape.ts';

/**
 * Reads a primitive, or the content of one, from XML (TS-0004 §8.3), into the model JSON has: a list is an array, an empty
 * element null, a number a number.
 *
 * @throws Malformed
 */
export function decodeXml(bytes: Uint8Array, limits: Limits): Json {
  const root = readDocument(bytes, limits);
  const { shape } = elementShape(root.name);
  const isPrimitive = root.name === 'm2m:rqp' || root.name === 'm2m:rsp';
  return isPrimitive ? decode(root, shape) : { [root.name]: decodeGlobal(root) };
}

/** What a global element holds. */
function decodeGlobal(element: XmlElement): Json {
  const { shape, isResource } = elementShape(element.name);
  if (element.name === 'm2m:rce') return wrapper(element);
  if (!isResource || typeof shape !== 'object' || !('members' in shape)) return decode(element, shape);
  const resource: JsonObject = {};
  if (element.attributes.rn !== undefined) resource.rn = element.attributes.rn;
  for (const [name, group] of grouped(element)) {
    const attribute = shape.members[name];
    if (attribute === undefined && name.includes(':')) resource[name] = group.map(decodeGlobal);
    else set(resource, name, decodeGroup(group, attribute ?? 'any'));
  }
  return resource;
}

/** A resource with its address, TS-0004 §6.3.5.25. */
function wrapper({ children }: XmlElement): JsonObject {
  const content: JsonObject = {};
  for (const child of children)
    set(content, child.name, child.name.includes(':') ? decodeGlobal(child) : decode(child, 'text'));
  return content;
}

/** Elements of one name, which may be the items of a list. */
function decodeGroup(group: readonly XmlElement[], shape: Shape): Json {
  const [only] = group;
  if (only === undefined) return null;
  if (typeof shape === 'object' && 'each' in shape) {
    if (group.length === 1 && isMarked(only, 'list')) return [];
    if (group.length === 1 && isNothing(only)) return null;
    return group.map((element) => decode(element, shape.each));
  }
  if (typeof shape === 'object' && 'list' in shape) {
    if (group.length === 1 && isMarked(only, 'list')) return [];
    if (group.length === 1 && isNothing(only)) return null;
    return group.flatMap((element) => items(element, shape.list));
  }
  if (group.length > 1) throw new Malformed(`${only.name} occurs ${group.length} times; it is no list`);
  return decode(only, shape);
}

function items(element: XmlElement, shape: Shape): Json[] {
  if (!isScalar(shape) || element.attributes['xml:space'] === 'preserve') return [decode(element, shape)];
  return element.text
    .split(/[ \t\r\n]+/)
    .filter((item) => item !== '')
    .map((item) => scalar(item, shape));
}

function decode(element: XmlElement, shape: Shape): Json {
  const marked = markedValue(element);
  if (marked !== undefined) return marked;
  if (shape === 'content') return content(element);
  if (typeof shape === 'object' && 'valued' in shape) {
    const value: JsonObject = { val: element.text };
    for (const [name, kind] of Object.entries(shape.valued)) {
      const given = element.attributes[name];
      if (given !== undefined) value[name] = scalar(given, kind);
    }
    return value;
  }
  if (isNothing(element)) return null;
  if (typeof shape === 'object' && 'members' in shape) return members(element, shape.members);
  if (typeof shape === 'object') return decodeGroup([element], shape);
  if (element.children.length > 0) {
    if (shape !== 'any') throw new Malformed(`${element.name}: text is expected, an element was found`);
    return generic(element);
  }
  return scalar(element.text, shape);
}

function members(element: XmlElement, shapes: Readonly<Record<string, Shape>>): JsonObject {
  const object: JsonObject = {};
  for (const [name, group] of grouped(element)) set(object, name, decodeGroup(group, shapes[name] ?? 'any'));
  return object;
}

/** Elements whose type nobody knows: repeated ones are lists. */
function generic(element: XmlElement): JsonObject {
  const object: JsonObject = {};
  for (const [name, group] of grouped(element)) {
    const values = group.map((one) => (name.includes(':') ? decodeGlobal(one) : decode(one, 'any')));
    set(object, name, values.length === 1 ? (values[0] ?? null) : values);
  }
  return object;
}

function content({ name, children }: XmlElement): Json {
  const [only, ...others] = children;
  if (only === undefined) return null;
  if (others.length > 0) throw new Malformed(`${name}: one element is expected, found ${children.length}`);
  return {
    [only.name]:
      only.name === 'm2m:rqp' || only.name === 'm2m:rsp'
        ? decode(only, elementShape(only.name).shape)
        : decodeGlobal(only),
  };
}

/** Values that say themselves what they are, which this CSE writes where the type does not tell. */
function markedValue(element: XmlElement): Json | undefined {
  switch (element.attributes['xsi:type']) {
    case 'xs:string':
      return element.text;
    case 'xs:double':
    case 'xs:integer':
    case 'xs:int':
    case 'xs:long':
    case 'xs:decimal':
      return scalar(element.text, 'number');
    case 'xs:boolean':
      return scalar(element.text, 'truth');
    case 'm2m:object':
      return {};
    case 'm2m:json':
      try {
        return JSON.parse(element.text) as Json;
      } catch (cause) {
        throw new Malformed(`${element.name}: JSON text is expected with xsi:type m2m:json`, { cause });
      }
    default:
      return undefined;
  }
}

const isMarked = (element: XmlElement, type: string): boolean => element.attributes['xsi:type'] === `m2m:${type}`;

/** An empty element is NULL, TS-0004 §8.3.1. */
const isNothing = (element: XmlElement): boolean =>
  element.children.length === 0 && element.text === '' && element.attributes['xsi:type'] === undefined;

const numberPattern = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;

/** Text that is not of its kind stays text, so that the check of the attribute can say what it found. */
function scalar(text: string, shape: Shape): Json {
  if (shape === 'number') {
    const trimmed = text.trim();
    const value = numberPattern.test(trimmed) ? Number(trimmed) : Number.NaN;
    if (/^[+-]?\d+$/.test(trimmed) && !Number.isSafeInteger(value))
      throw new Malformed(`the number ${trimmed.slice(0, 32)} cannot be kept exactly`);
    return Number.isFinite(value) ? value : text;
  }
  if (shape === 'truth') {
    const trimmed = text.trim();
    if (trimmed === 'true' || trimmed === '1') return true;
    return trimmed === 'false' || trimmed === '0' ? false : text;
  }
  return text;
}

function grouped({ children, text, name }: XmlElement): Map<string, XmlElement[]> {
  if (text.trim() !== '')
    throw new Malformed(`${name}: elements are expected, the text "${text.trim().slice(0, 40)}" was found`);
  const groups = new Map<string, XmlElement[]>();
  for (const child of children) {
    const group = groups.get(child.name);
    if (group === undefined) groups.set(child.name, [child]);
    else group.push(child);
  }
  return groups;
}

function set(object: JsonObject, name: string, value: Json): void {
  if (name === '__proto__') throw new Malformed('"__proto__" is not the name of an attribute');
  object[name] = value;
}
