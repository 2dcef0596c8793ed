import { SaxesParser } from 'saxes';
import type { Limits } from '../limits.ts';
import { Malformed } from '../malformed.ts';
import { nameIn } from './namespaces.ts';

/** An element of a document that was read: names are prefixed as this CSE prefixes them, whatever the document did. */
export interface XmlElement {
  /** `m2m:cnt`, `lbl` */
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** Text directly inside, without that of children. */
  readonly text: string;
}

interface Open {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlElement[];
  text: string;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });
const elementsMax = 200_000;

/**
 * Reads a document (TS-0004 §8.3.1): well-formed, UTF-8. A document type is refused, so that no entity can be declared and
 * nothing fetched.
 *
 * @throws Malformed
 */
export function readDocument(bytes: Uint8Array, limits: Limits): XmlElement {
  if (bytes.byteLength > limits.bytesMax)
    throw new Malformed(`XML of ${bytes.byteLength} bytes; at most ${limits.bytesMax} are accepted`);
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch (cause) {
    throw new Malformed('the text is not valid UTF-8', { cause });
  }
  const parser = new SaxesParser({ xmlns: true, position: false });
  const open: Open[] = [];
  let root: XmlElement | undefined;
  let count = 0;
  parser.on('error', (error) => {
    throw new Malformed(`not XML: ${error.message}`);
  });
  parser.on('doctype', () => {
    throw new Malformed('a document type (<!DOCTYPE>) is not accepted');
  });
  parser.on('opentag', (tag) => {
    count += 1;
    if (open.length === limits.depthMax) throw new Malformed(`more than ${limits.depthMax} elements within each other`);
    if (count > elementsMax) throw new Malformed(`more than ${elementsMax} elements`);
    const attributes: Record<string, string> = {};
    for (const attribute of Object.values(tag.attributes)) {
      if (attribute.prefix !== 'xmlns' && attribute.name !== 'xmlns')
        attributes[nameIn(attribute.uri, attribute.prefix, attribute.local)] = attribute.value;
    }
    open.push({ name: nameIn(tag.uri, tag.prefix, tag.local), attributes, children: [], text: '' });
  });
  const addText = (more: string): void => {
    const element = open.at(-1);
    if (element !== undefined) element.text += more;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    const element = open.pop();
    if (element === undefined) return;
    const parent = open.at(-1);
    if (parent === undefined) root = element;
    else parent.children.push(element);
  });
  parser.write(text).close();
  if (root === undefined) throw new Malformed('not XML: an element is expected, there is none');
  return root;
}
