import { badRequest } from './refusal.ts';

/** How this CSE is called. */
export interface Names {
  /** `/id-in` */
  readonly cseId: string;
  /** `cse-in` */
  readonly cseName: string;
  /** `//alzette.example` */
  readonly spId: string;
}

/** An address that belongs to this CSE, in CSE-relative form. */
export interface LocalAddress {
  readonly local: true;
  /** True: a path of names that starts with the CSEBase's; false: a resource identifier. */
  readonly structured: boolean;
  /** Path or resource identifier, without the name of a virtual resource behind an identifier. */
  readonly value: string;
  /** `la` in `ri/la`: what follows an identifier (TS-0001 §7.2). */
  readonly below?: string;
  /** Attribute named behind `#` (TS-0004 §6.2.4). */
  readonly attribute?: string;
}

/** An address at another CSE. */
export interface RemoteAddress {
  readonly local: false;
  /** SP-relative CSE-ID: `/id-mn`. */
  readonly cseId: string;
  /** M2M-SP-ID (`//other.example`), when it is not ours. */
  readonly spId?: string;
}

export type Address = LocalAddress | RemoteAddress;

const lengthMax = 2048;

/**
 * Reads the target of a request: CSE-relative, SP-relative or absolute, structured, unstructured or hybrid, with `-` for
 * the CSEBase (TS-0001 §7.2, TS-0004 §6.2.4).
 *
 * @throws Refused BAD_REQUEST when it has none of these forms
 */
export function readAddress(to: string, names: Names): Address {
  if (to.length > lengthMax) throw badRequest(`to: at most ${lengthMax} characters are accepted, found ${to.length}`);
  const [path = '', attribute] = splitOnce(to, '#');
  const relative = toCseRelative(path, names);
  if (relative === undefined) return remoteAddress(path, names);
  if (relative.endsWith('/') || relative.includes('//'))
    throw badRequest('to: a name between two slashes, or behind the last one, is missing');
  const [first = '', below] = splitOnce(relative, '/');
  const named = attribute === undefined ? {} : { attribute };
  if (first === '' && below === undefined) {
    if (path === '') throw badRequest('to: an address is expected, there is none');
    return { local: true, structured: true, value: names.cseName, ...named };
  }
  if (first === '-' || first === names.cseName) {
    const value = below === undefined ? names.cseName : `${names.cseName}/${below}`;
    return { local: true, structured: true, value, ...named };
  }
  return { local: true, structured: false, value: first, ...(below === undefined ? {} : { below }), ...named };
}

/** Without SP-ID and CSE-ID; undefined when another CSE is meant. */
function toCseRelative(path: string, { cseId, spId }: Names): string | undefined {
  if (!path.startsWith('/')) return path;
  let spRelative = path;
  if (path.startsWith('//')) {
    if (path !== spId && !path.startsWith(`${spId}/`)) return undefined;
    spRelative = path.slice(spId.length);
  }
  if (spRelative === cseId) return '';
  return spRelative.startsWith(`${cseId}/`) ? spRelative.slice(cseId.length + 1) : undefined;
}

function remoteAddress(path: string, { spId }: Names): RemoteAddress {
  const absolute = path.startsWith('//');
  const [provider = '', cse = ''] = absolute ? path.slice(2).split('/') : ['', ...path.slice(1).split('/', 1)];
  if (cse === '') throw badRequest(`to: the identifier of a CSE is missing in "${path}"`);
  const foreign = absolute && `//${provider}` !== spId;
  return { local: false, cseId: `/${cse}`, ...(foreign ? { spId: `//${provider}` } : {}) };
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** The form an AE-ID of this CSE is compared in: `/id-in/Cae`, `//sp/id-in/Cae`, `/Sae` become the stem. */
export function aeStem(originator: string, { cseId, spId }: Names): string {
  const spRelative = originator.startsWith(`${spId}/`) ? originator.slice(spId.length) : originator;
  if (spRelative.startsWith(`${cseId}/`)) return spRelative.slice(cseId.length + 1);
  return /^\/S[^/]*$/.test(spRelative) ? spRelative.slice(1) : spRelative;
}

/** CSE-ID an originator or address belongs to: `/id-mn` in `/id-mn/Cae`, `//sp/id` in `//sp/id/Cae`; undefined without one. */
export function cseOf(id: string): string | undefined {
  return /^(?:\/\/[^/]+)?\/[^/]+/.exec(id)?.[0];
}

/** Form of an originator that other CSEs of the provider understand: `Cae` becomes `/id-in/Cae`, `Sae` becomes `/Sae`. */
export const spRelative = (originator: string, { cseId }: Pick<Names, 'cseId'>): string =>
  originator.startsWith('/') ? originator : originator.startsWith('S') ? `/${originator}` : `${cseId}/${originator}`;
