import type { FilterCriteria, Json } from '../primitive.ts';
import { badRequest, Refused } from '../refusal.ts';
import { isKnownAttribute } from '../resources/index.ts';
import { fromTimestamp } from '../timestamp.ts';

/** One condition; conditions are joined by `fo`. */
export type Condition =
  | { readonly kind: 'time'; readonly column: 'ct' | 'lt' | 'et'; readonly test: '<' | '>='; readonly value: string }
  | { readonly kind: 'number'; readonly column: 'st' | 'cs'; readonly test: '<' | '>='; readonly value: number }
  | { readonly kind: 'labels'; readonly labels: readonly string[] }
  | { readonly kind: 'types'; readonly types: readonly number[] }
  | { readonly kind: 'media'; readonly types: readonly string[] }
  | { readonly kind: 'attribute'; readonly name: string; readonly values: readonly string[] };

/** Filter criteria after validation, TS-0004 §7.3.3.17. */
export interface Filter {
  readonly discovery: boolean;
  readonly conditions: readonly Condition[];
  readonly either: boolean;
  readonly limit?: number;
  /** 1-based. */
  readonly offset: number;
  readonly level?: number;
  readonly relativePath?: string;
}

const times = {
  crb: ['ct', '<'],
  cra: ['ct', '>='],
  us: ['lt', '<'],
  ms: ['lt', '>='],
  exb: ['et', '<'],
  exa: ['et', '>='],
} as const;
const numbers = { sts: ['st', '<'], stb: ['st', '>='], szb: ['cs', '<'], sza: ['cs', '>='] } as const;
/** Part of the standard, not yet of this CSE. */
const unsupported = new Set([
  'clbl',
  'palb',
  'lbq',
  'chty',
  'pty',
  'catr',
  'patr',
  'smf',
  'cfs',
  'cfq',
  'gmty',
  'geom',
  'gsf',
  'ops',
  'aq',
]);
/** Not usable in attribute conditions: they have criteria of their own. */
const withOwnCriterion = new Set(['ct', 'lt', 'st', 'et', 'lbl', 'ty', 'cs', 'cnf']);
const valuesMax = 100;

/** @throws Refused BAD_REQUEST or NOT_IMPLEMENTED that names the criterion */
export function readFilter(given: FilterCriteria | undefined): Filter | undefined {
  if (given === undefined) return undefined;
  const conditions: Condition[] = [];
  for (const [name, value] of Object.entries(given)) {
    const condition = readCondition(name, value);
    if (condition !== undefined) conditions.push(...condition);
  }
  const usage = optionalNumber(given, 'fu', 1, 4) ?? 2;
  if (usage > 2)
    throw new Refused('NOT_IMPLEMENTED', `fu: ${usage} is not supported; 1 (discovery) and 2 (conditional) are`);
  const operation = optionalNumber(given, 'fo', 1, 3) ?? 1;
  if (operation === 3)
    throw new Refused('NOT_IMPLEMENTED', 'fo: 3 (exclusive or) is not supported; 1 (and) and 2 (or) are');
  const limit = optionalNumber(given, 'lim', 0);
  const level = optionalNumber(given, 'lvl', 0);
  const relativePath = given.arp === undefined ? undefined : text('arp', given.arp);
  return {
    discovery: usage === 1,
    conditions,
    either: operation === 2,
    offset: optionalNumber(given, 'ofst', 1) ?? 1,
    ...(limit === undefined ? {} : { limit }),
    ...(level === undefined ? {} : { level }),
    ...(relativePath === undefined ? {} : { relativePath }),
  };
}

function readCondition(name: string, value: Json): Condition[] | undefined {
  if (Object.hasOwn(times, name)) {
    const [column, test] = times[name as keyof typeof times];
    const stamp = text(name, value);
    if (fromTimestamp(stamp) === undefined)
      throw badRequest(`${name}: a timestamp YYYYMMDDThhmmss is expected, found "${stamp}"`);
    return [{ kind: 'time', column, test, value: stamp }];
  }
  if (Object.hasOwn(numbers, name)) {
    const [column, test] = numbers[name as keyof typeof numbers];
    return [{ kind: 'number', column, test, value: number(name, value, 0) }];
  }
  switch (name) {
    case 'lbl':
      return [{ kind: 'labels', labels: list(name, value).map((item) => text(name, item)) }];
    case 'ty':
      return [{ kind: 'types', types: list(name, value).map((item) => number(name, item, 1, 99_999)) }];
    case 'cty':
      return [{ kind: 'media', types: list(name, value).map((item) => text(name, item)) }];
    case 'atr':
      return attributeConditions(value);
    case 'fu':
    case 'fo':
    case 'lim':
    case 'ofst':
    case 'lvl':
    case 'arp':
      return undefined;
  }
  if (unsupported.has(name)) throw new Refused('NOT_IMPLEMENTED', `${name}: this filter criterion is not supported`);
  throw badRequest(`"${name}" is not a filter criterion`);
}

/** `[{ "nm": "rn", "val": "meter*" }]`; the same name more than once means either value. */
function attributeConditions(value: Json): Condition[] {
  const values = new Map<string, string[]>();
  for (const item of list('atr', value)) {
    if (typeof item !== 'object' || item === null || Array.isArray(item))
      throw badRequest('atr: { "nm", "val" } is expected');
    const name = text('atr/nm', item.nm ?? null);
    if (!isKnownAttribute(name)) throw badRequest(`"${name}" is neither a filter criterion nor an attribute`);
    if (withOwnCriterion.has(name))
      throw badRequest(`${name}: cannot be used in an attribute condition, it has a criterion of its own`);
    const { val = null } = item;
    const wanted = typeof val === 'string' ? val : JSON.stringify(val);
    values.set(name, [...(values.get(name) ?? []), wanted]);
  }
  return [...values].map(([name, wanted]) => ({ kind: 'attribute', name, values: wanted }));
}

function list(name: string, value: Json): Json[] {
  const items = Array.isArray(value) ? value : [value];
  if (items.length === 0 || items.length > valuesMax)
    throw badRequest(`${name}: 1 to ${valuesMax} values are expected, found ${items.length}`);
  return items;
}

function text(name: string, value: Json): string {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string' || value === '' || value.includes('\0') || !value.isWellFormed()) {
    throw badRequest(`${name}: a text is expected, found ${JSON.stringify(value)}`);
  }
  return value;
}

function number(name: string, value: Json, minimum: number, maximum = Number.MAX_SAFE_INTEGER): number {
  const parsed = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value;
  if (typeof parsed !== 'number' || !Number.isInteger(parsed) || parsed < minimum || parsed > maximum) {
    const bounds = maximum === Number.MAX_SAFE_INTEGER ? `from ${minimum}` : `from ${minimum} to ${maximum}`;
    throw badRequest(`${name}: an integer ${bounds} is expected, found ${JSON.stringify(value)}`);
  }
  return parsed;
}

const optionalNumber = (given: FilterCriteria, name: string, minimum: number, maximum?: number): number | undefined =>
  given[name] === undefined ? undefined : number(name, given[name], minimum, maximum);
