import type { Json, JsonObject } from '../primitive.ts';
import { definitionByElement } from '../resources/index.ts';
import type { Client } from './client.ts';

/** One resource of an exported subtree. */
export interface ExportedResource {
  /** Address below the root of the export; empty for the root itself. */
  readonly path: string;
  readonly ty: number;
  /** Root element: `m2m:cnt`. */
  readonly element: string;
  /** What a CREATE needs to make it again, its name among it. */
  readonly attributes: JsonObject;
}

const pageSize = 500;

/**
 * Everything below a resource that the client may discover and retrieve, parents before children, instances oldest first:
 * what an import needs to make it again elsewhere. Attributes the CSE chooses itself are left out.
 */
export async function* exportSubtree(client: Client, root: string): AsyncGenerator<ExportedResource> {
  const top = await read(client, root);
  const above = top.path.length + 1;
  yield { ...top, path: '' };
  for (let offset = 1; ; ) {
    const { pc, cnst, cnot } = await client.request({
      op: 2,
      to: root,
      fc: { fu: 1, lim: pageSize, ofst: offset },
      rvi: '3',
    });
    const addresses = pc?.['m2m:uril'];
    for (const address of Array.isArray(addresses) ? addresses : []) {
      const found = await read(client, String(address));
      // What can only be made by the CSE comes back with what it belongs to.
      if (definitionByElement(found.element)?.creatable === false) continue;
      yield { ...found, path: found.path.slice(above) };
    }
    if (cnst !== 1 || cnot === undefined) return;
    offset = cnot;
  }
}

async function read(client: Client, address: string): Promise<ExportedResource> {
  const response = await client.request({ op: 2, to: address, rvi: '3' });
  const [element = '', shown = null] = Object.entries(response.pc ?? {})[0] ?? [];
  if (response.rsc !== 2000 || typeof shown !== 'object' || shown === null || Array.isArray(shown))
    throw new RangeError(`${address} cannot be retrieved: ${response.rsc} ${String(response.pc?.['m2m:dbg'] ?? '')}`);
  const definition = definitionByElement(element);
  const attributes: JsonObject = {};
  for (const [name, value] of Object.entries(shown)) {
    const row = definition?.attributes[name];
    if (row === undefined || row.create === 'NP' || name === 'cr' || isDefault(name, value)) continue;
    // The CSE names instances itself, and will again.
    if (name === 'rn' && value === shown.ri && definition?.updatable === false) continue;
    attributes[name] = value;
  }
  return { path: address, ty: Number(shown.ty), element, attributes };
}

/** An expiration time that means never is the CSE's own choice. */
const isDefault = (name: string, value: Json): boolean => name === 'et' && String(value).startsWith('9999');

/**
 * Makes an exported subtree again below another parent. What exists already is left as it is, and of the instances of a
 * container that exists as many are passed over as it holds, so that an import that broke off can be repeated.
 *
 * @returns how many resources were made, and how many existed
 * @throws CseRefusal of the first resource that is refused
 */
export async function importSubtree(
  client: Client,
  parent: string,
  resources: AsyncIterable<ExportedResource> | Iterable<ExportedResource>,
): Promise<{ made: number; existed: number }> {
  let made = 0;
  let existed = 0;
  let root = parent;
  /** Instances that are there already, by the path of their container. */
  const present = new Map<string, number>();
  for await (const { path, ty, element, attributes } of resources) {
    const cut = path.lastIndexOf('/');
    const to = path === '' ? parent : cut < 0 ? root : `${root}/${path.slice(0, cut)}`;
    const container = cut < 0 ? '' : path.slice(0, cut);
    const left = attributes.rn === undefined ? (present.get(container) ?? 0) : 0;
    if (left > 0) {
      present.set(container, left - 1);
      existed += 1;
      continue;
    }
    const { rsc, pc } = await client.request({ op: 1, to, ty, rcn: 0, rvi: '3', pc: { [element]: attributes } });
    if (rsc === 2001) made += 1;
    else if (rsc === conflict) {
      existed += 1;
      present.set(path, await instancesIn(client, `${to}/${String(attributes.rn)}`));
    } else
      throw new RangeError(`${to}/${String(attributes.rn ?? '')} is refused: ${rsc} ${String(pc?.['m2m:dbg'] ?? '')}`);
    if (path === '') root = `${parent}/${String(attributes.rn)}`;
  }
  return { made, existed };
}

const conflict = 4105;

async function instancesIn(client: Client, address: string): Promise<number> {
  const { cni } = await client.retrieve(address);
  return typeof cni === 'number' ? cni : 0;
}
