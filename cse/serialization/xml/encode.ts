import type { Json, JsonObject } from '../../primitive.ts';
import { namespaceOf, schemaInstance } from './namespaces.ts';
import { elementShape } from './representation-shape.ts';
import { isScalar, type Shape } from './shape.ts';

/**
 * Writes a primitive, or the content of one, as XML (TS-0004 §8.3): resource names as attributes, lists with spaces,
 * elements in the order of the schemas. What a type does not tell is said by `xsi:type`, so that nothing is lost.
 */
export function encodeXml(value: Json): Buffer {
  const object = (value ?? {}) as JsonObject;
  const writer = new Writer();
  if ('op' in object) writer.typed('m2m:rqp', object, elementShape('m2m:rqp').shape);
  else if ('rsc' in object) writer.typed('m2m:rsp', object, elementShape('m2m:rsp').shape);
  else for (const [name, content] of Object.entries(object)) writer.global(name, content);
  return Buffer.from(writer.document());
}

/** XML 1.0 cannot hold these, not even escaped. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const unwritable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;
const xmlName = /^[A-Za-z_][A-Za-z0-9_.-]*(?::[A-Za-z_][A-Za-z0-9_.-]*)?$/;

class Writer {
  #text = '';
  readonly #prefixes = new Set<string>(['m2m']);
  #usesTypes = false;

  document(): string {
    const namespaces = [...this.#prefixes].map((prefix) => ` xmlns:${prefix}="${namespaceOf(prefix)}"`);
    if (this.#usesTypes) namespaces.push(` xmlns:xsi="${schemaInstance}" xmlns:xs="http://www.w3.org/2001/XMLSchema"`);
    const end = /[ />]/.exec(this.#text.slice(1))?.index ?? 0;
    return `<?xml version="1.0" encoding="UTF-8"?>\n${this.#text.slice(0, end + 1)}${namespaces.join('')}${this.#text.slice(end + 1)}`;
  }

  /** A global element: a resource, a notification, a list of addresses … */
  global(name: string, value: Json): void {
    const { shape, isResource } = elementShape(name);
    if (name === 'm2m:rce' && isObject(value)) {
      this.#open(name);
      for (const [member, content] of Object.entries(value))
        if (member.includes(':')) this.global(member, content);
        else this.typed(member, content, 'text');
      this.#close(name);
    } else if (isResource && isObject(value) && typeof shape === 'object' && 'members' in shape) {
      this.#resource(name, value, shape.members);
    } else this.typed(name, value, shape);
  }

  typed(name: string, value: Json, shape: Shape): void {
    if (value === null) {
      this.#empty(name);
    } else if (Array.isArray(value)) {
      this.#array(name, value, shape);
    } else if (isObject(value)) {
      this.#object(name, value, shape);
    } else this.#scalar(name, value, shape);
  }

  #resource(name: string, { rn, ...resource }: JsonObject, shapes: Readonly<Record<string, Shape>>): void {
    this.#open(name, typeof rn === 'string' ? { rn } : {});
    for (const [member, shape] of Object.entries(shapes)) {
      const value = resource[member];
      if (value !== undefined) this.typed(member, value, shape);
    }
    for (const [member, value] of Object.entries(resource)) {
      if (Object.hasOwn(shapes, member)) continue;
      if (member.includes(':')) for (const child of Array.isArray(value) ? value : [value]) this.global(member, child);
      else this.typed(member, value, 'any');
    }
    this.#close(name);
  }

  #array(name: string, items: readonly Json[], shape: Shape): void {
    const ofList = typeof shape === 'object' && 'list' in shape ? shape.list : undefined;
    const ofEach = typeof shape === 'object' && 'each' in shape ? shape.each : undefined;
    const item = ofList ?? ofEach;
    if (item === undefined || items.includes(null)) this.#json(name, items as Json);
    else if (items.length === 0) this.#typedEmpty(name, 'm2m:list');
    else if (ofList !== undefined && isScalar(ofList) && items.every(isWord))
      this.#element(name, items.map(String).join(' '));
    else
      for (const one of items) {
        if (ofList !== undefined && typeof one === 'string' && !unwritable.test(one) && one !== '')
          this.#element(name, one, { 'xml:space': 'preserve' });
        else this.typed(name, one, item);
      }
  }

  #object(name: string, value: JsonObject, shape: Shape): void {
    if (shape === 'content') {
      this.#open(name);
      for (const [member, content] of Object.entries(value)) {
        if (member === 'm2m:rqp' || member === 'm2m:rsp') this.typed(member, content, elementShape(member).shape);
        else this.global(member, content);
      }
      this.#close(name);
    } else if (typeof shape === 'object' && 'valued' in shape) {
      const { val = '', ...attributes } = value;
      this.#element(
        name,
        String(val),
        Object.fromEntries(Object.entries(attributes).map(([key, one]) => [key, String(one)])),
      );
    } else if (typeof shape === 'object' && 'members' in shape) {
      if (Object.keys(value).length === 0) {
        this.#typedEmpty(name, 'm2m:object');
        return;
      }
      this.#open(name);
      const order = [...Object.keys(shape.members), ...Object.keys(value)];
      for (const member of new Set(order)) {
        const one = value[member];
        if (one !== undefined) this.typed(member, one, shape.members[member] ?? 'any');
      }
      this.#close(name);
    } else this.#json(name, value);
  }

  #scalar(name: string, value: string | number | boolean, shape: Shape): void {
    if (typeof value === 'number') {
      if (shape === 'number') this.#element(name, String(value));
      else this.#mark(name, String(value), 'xs:double');
    } else if (typeof value === 'boolean') {
      if (shape === 'truth') this.#element(name, String(value));
      else this.#mark(name, String(value), 'xs:boolean');
    } else if (unwritable.test(value)) this.#json(name, value);
    else if (value === '' || (shape !== 'text' && shape !== 'any')) this.#mark(name, value, 'xs:string');
    else this.#element(name, value);
  }

  /** What XML has no form for: JSON text, marked as such. */
  #json(name: string, value: Json): void {
    // Escapes stay escapes: control characters are written as JSON writes them.
    this.#mark(
      name,
      JSON.stringify(value).replace(/[\ufffe\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16)}`),
      'm2m:json',
    );
  }

  #mark(name: string, text: string, type: string): void {
    this.#usesTypes = true;
    this.#element(name, text, { 'xsi:type': type });
  }

  #typedEmpty(name: string, type: string): void {
    this.#usesTypes = true;
    this.#empty(name, { 'xsi:type': type });
  }

  #element(name: string, text: string, attributes: Readonly<Record<string, string>> = {}): void {
    this.#open(name, attributes);
    this.#text += escaped(text);
    this.#close(name);
  }

  #empty(name: string, attributes: Readonly<Record<string, string>> = {}): void {
    this.#text += `<${this.#known(name)}${written(attributes)}/>`;
  }

  #open(name: string, attributes: Readonly<Record<string, string>> = {}): void {
    this.#text += `<${this.#known(name)}${written(attributes)}>`;
  }

  #close(name: string): void {
    this.#text += `</${name}>`;
  }

  #known(name: string): string {
    if (!xmlName.test(name)) throw new Error(`"${name}" cannot be the name of an element`);
    const colon = name.indexOf(':');
    if (colon > 0) this.#prefixes.add(name.slice(0, colon));
    return name;
  }
}

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether an item of a list can stand beside others with a space between them. */
const isWord = (item: Json): boolean =>
  typeof item === 'number' ||
  typeof item === 'boolean' ||
  (typeof item === 'string' && /^\S+$/.test(item) && !unwritable.test(item));

const escaped = (text: string): string =>
  text.replace(/[&<>\r]/g, (character) =>
    character === '&' ? '&amp;' : character === '<' ? '&lt;' : character === '>' ? '&gt;' : '&#xD;',
  );

const written = (attributes: Readonly<Record<string, string>>): string =>
  Object.entries(attributes)
    .map(
      ([name, value]) =>
        ` ${name}="${escaped(value).replace(/["\n\t]/g, (character) => `&#${character.charCodeAt(0)};`)}"`,
    )
    .join('');
