import type { Json, JsonObject, RequestPrimitive } from '../primitive.ts';
import { operation } from '../primitive.ts';

/** Parameters that HTTP and CoAP carry in the query, TS-0009 Table 6.2.2.2-1, TS-0008 §6.2.2.3. */
const numberArguments = new Set(['op', 'rcn', 'drt']);
const truthArguments = new Set(['da', 'sqi', 'tqi', 'asi', 'auri']);
const textArguments = new Set(['rp']);
const listArguments = new Set(['rids', 'tids', 'ltids', 'tkns', 'grtm']);

/** Members of the filter criteria; an argument that is none of these and no parameter is an attribute condition. */
const filterNumbers = new Set([
  'sts',
  'stb',
  'sza',
  'szb',
  'lim',
  'fu',
  'fo',
  'lvl',
  'ofst',
  'cfs',
  'gmty',
  'gsf',
  'ops',
]);
const filterTexts = new Set(['crb', 'cra', 'ms', 'us', 'exb', 'exa', 'cfq', 'arp', 'geom']);
const filterLists = new Set(['lbl', 'ty', 'cty', 'smf', 'clbl', 'palb', 'lbq', 'chty', 'pty']);
const numberLists = new Set(['ty', 'chty', 'pty']);

/** What the names of attributes in conditions begin with, TS-0009 §6.2.2.2. */
const attributePrefixes: Readonly<Record<string, string>> = { atr: '', catr: 'c.', patr: 'p.' };

function attributeCriterion(argument: string): [criterion: string, name: string] {
  if (argument.startsWith('c.')) return ['catr', argument.slice(2)];
  return argument.startsWith('p.') ? ['patr', argument.slice(2)] : ['atr', argument];
}

type Argument = [name: string, value: string];

/** Writes the parameters of a request that belong in the query; lists become repeated arguments. */
export function writeQuery(request: RequestPrimitive): Argument[] {
  const query: Argument[] = [];
  const add = (name: string, value: Json | undefined): void => {
    // Repeated, because a "+" between values is not told apart from a space by every peer.
    if (Array.isArray(value)) for (const item of value) add(name, item);
    else if (value !== undefined && value !== null) query.push([name, String(value)]);
  };
  if (request.rt !== undefined) add('rt', request.rt.rtv);
  for (const name of ['rp', 'rcn', 'da', 'drt', 'sqi', 'tqi', 'rids', 'tids', 'ltids', 'grtm'] as const) {
    add(name, request[name] as Json | undefined);
  }
  for (const [name, value] of Object.entries(request.fc ?? {})) {
    const prefix = attributePrefixes[name];
    if (prefix === undefined) add(name, value);
    else for (const { nm, val } of (Array.isArray(value) ? value : [value]) as JsonObject[]) add(`${prefix}${nm}`, val);
  }
  if (request.op === operation.retrieve) add('atrl', request.to.split('#')[1] ?? request.pc?.['m2m:atrl']);
  return query;
}

/** Parameters of a request as they stood in the query; `atrl` becomes content of a RETRIEVE. */
export type QueryParameters = { -readonly [Name in keyof RequestPrimitive]?: RequestPrimitive[Name] };

const numberOf = (text: string): Json => (/^\d{1,15}$/.test(text) ? Number(text) : text);
const truthOf = (text: string): Json =>
  text === 'true' || text === '1' ? true : text === 'false' || text === '0' ? false : text;

/**
 * Reads a query. Values keep their text where a number or truth value was expected and none is there, so that the check
 * of the primitive can say what it found. Lists may be repeated or joined with "+".
 */
export function readQuery(query: Iterable<Argument>): QueryParameters {
  const parameters: JsonObject = {};
  const filter: JsonObject = {};
  const append = (to: JsonObject, name: string, value: string): void => {
    const known = to[name];
    const items = value.split('+').map((item) => (numberLists.has(name) ? numberOf(item) : item));
    to[name] = Array.isArray(known) ? [...known, ...items] : items;
  };
  for (const [name, value] of query) {
    if (name === 'rt') parameters.rt = { rtv: numberOf(value) };
    else if (name === 'atrl') append(parameters, name, value);
    else if (numberArguments.has(name)) parameters[name] = numberOf(value);
    else if (truthArguments.has(name)) parameters[name] = truthOf(value);
    else if (textArguments.has(name)) parameters[name] = value;
    else if (listArguments.has(name)) append(parameters, name, value);
    else if (filterNumbers.has(name)) filter[name] = numberOf(value);
    else if (filterTexts.has(name)) filter[name] = value;
    else if (filterLists.has(name)) append(filter, name, value);
    else {
      const [criterion, nm] = attributeCriterion(name);
      const conditions = filter[criterion];
      if (Array.isArray(conditions)) conditions.push({ nm, val: value });
      else filter[criterion] = [{ nm, val: value }];
    }
  }
  const { atrl, ...others } = parameters;
  return {
    ...others,
    ...(atrl === undefined ? {} : { pc: { 'm2m:atrl': atrl } }),
    ...(Object.keys(filter).length === 0 ? {} : { fc: filter }),
  } as QueryParameters;
}

/** Path of a target, TS-0009 Table 6.2.2.1-1, TS-0008 Table 6.2.2.3-1: its segments, not yet encoded. */
export function pathSegments(to: string): string[] {
  const [resource = ''] = to.split('#');
  const path = resource.startsWith('//')
    ? `_${resource.slice(1)}`
    : resource.startsWith('/')
      ? `~${resource}`
      : resource;
  return path.split('/');
}

/** The target a path stands for; the counterpart of `pathSegments`. */
export function targetOf(segments: readonly string[]): string {
  const [first, ...rest] = segments;
  if (first === '~') return `/${rest.join('/')}`;
  if (first === '_') return `//${rest.join('/')}`;
  return segments.join('/');
}
