import { type Geometry, readGeometry, type SpatialRelation, spatialRelations } from '../geometry.ts';
import type { FilterCriteria, Json } from '../primitive.ts';
import { badRequest, Refused } from '../refusal.ts';
import { isKnownAttribute } from '../resources/index.ts';
import { fromTimestamp } from '../timestamp.ts';
import { readContentQuery } from './content-query.ts';
import { type LabelExpression, readLabelExpression } from './label-expression.ts';

/** Whose attribute a condition asks about: the resource's own, a child's (any will do), the parent's. */
export type Relative = 'self' | 'child' | 'parent';

/** A condition the store evaluates; conditions are joined by `fo`. */
export type StoredCondition =
  | { readonly kind: 'time'; readonly column: 'ct' | 'lt' | 'et'; readonly test: '<' | '>='; readonly value: string }
  | { readonly kind: 'number'; readonly column: 'st' | 'cs'; readonly test: '<' | '>='; readonly value: number }
  | { readonly kind: 'labels'; readonly of: Relative; readonly labels: readonly string[] }
  | { readonly kind: 'label expressions'; readonly expressions: readonly LabelExpression[] }
  | { readonly kind: 'types'; readonly of: Relative; readonly types: readonly number[] }
  | { readonly kind: 'media'; readonly types: readonly string[] }
  | { readonly kind: 'attribute'; readonly of: Relative; readonly name: string; readonly values: readonly string[] }
  /** @param path SQL/JSON path predicate over the content */
  | { readonly kind: 'content'; readonly path: string };

/** A condition that is evaluated on what the store found. */
export type JudgedCondition =
  | { readonly kind: 'place'; readonly relation: SpatialRelation; readonly geometry: Geometry }
  /** Sum of operations the originator has to have the right to. */
  | { readonly kind: 'operations'; readonly operations: number }
  /** SPARQL requests, one of which finds something in a description of the resource. */
  | { readonly kind: 'semantics'; readonly queries: readonly string[] };

export type Condition = StoredCondition | JudgedCondition;

/** How conditions are joined: all, any, or an odd number of them (`fo` 1, 2, 3). */
export type Join = 'all' | 'any' | 'odd';

/** Filter criteria after validation, TS-0004 §7.3.3.17. */
export interface Filter {
  readonly usage: 'discovery' | 'condition' | 'IPE discovery';
  readonly stored: readonly StoredCondition[];
  readonly judged: readonly JudgedCondition[];
  readonly join: Join;
  readonly limit?: number;
  /** 1-based. */
  readonly offset: number;
  readonly level?: number;
  readonly relativePath?: string;
}

const usages = ['discovery', 'condition', 'IPE discovery'] as const;
const joins = ['all', 'any', 'odd'] as const;
const relatives: Readonly<Record<string, Relative>> = {
  lbl: 'self',
  clbl: 'child',
  palb: 'parent',
  ty: 'self',
  chty: 'child',
  pty: 'parent',
  atr: 'self',
  catr: 'child',
  patr: 'parent',
};

const times = {
  crb: ['ct', '<'],
  cra: ['ct', '>='],
  us: ['lt', '<'],
  ms: ['lt', '>='],
  exb: ['et', '<'],
  exa: ['et', '>='],
} as const;
const numbers = { sts: ['st', '<'], stb: ['st', '>='], szb: ['cs', '<'], sza: ['cs', '>='] } as const;
/** Part of the standard, not of this CSE. */
const unsupported = new Set(['aq']);
/** Not usable in attribute conditions: they have criteria of their own. */
const withOwnCriterion = new Set(['ct', 'lt', 'st', 'et', 'lbl', 'ty', 'cs', 'cnf']);

/**
 * @param valuesMax most values one criterion may list
 * @throws Refused BAD_REQUEST or NOT_IMPLEMENTED that names the criterion
 */
export function readFilter(given: FilterCriteria | undefined, valuesMax: number): Filter | undefined {
  if (given === undefined) return undefined;
  const stored: StoredCondition[] = [];
  const judged: JudgedCondition[] = [];
  for (const [name, value] of Object.entries(given)) {
    if (Array.isArray(value) && (value.length === 0 || value.length > valuesMax))
      throw badRequest(`${name}: 1 to ${valuesMax} values are expected, found ${value.length}`);
    for (const condition of readCondition(name, value)) {
      if (isJudged(condition)) judged.push(condition);
      else stored.push(condition);
    }
  }
  stored.push(...contentConditions(given));
  judged.push(...placeConditions(given));
  const usage = optionalNumber(given, 'fu', 1, 4) ?? 2;
  if (usage === 4)
    throw new Refused('NOT_IMPLEMENTED', 'fu: 4 (discovery-based operation) is not supported; 1 to 3 are');
  const limit = optionalNumber(given, 'lim', 0);
  const level = optionalNumber(given, 'lvl', 0);
  const relativePath = given.arp === undefined ? undefined : text('arp', given.arp);
  return {
    usage: usages[usage - 1] ?? 'condition',
    stored,
    judged,
    join: joins[(optionalNumber(given, 'fo', 1, 3) ?? 1) - 1] ?? 'all',
    offset: optionalNumber(given, 'ofst', 1) ?? 1,
    ...(limit === undefined ? {} : { limit }),
    ...(level === undefined ? {} : { level }),
    ...(relativePath === undefined ? {} : { relativePath }),
  };
}

const isJudged = (condition: Condition): condition is JudgedCondition =>
  condition.kind === 'place' || condition.kind === 'operations' || condition.kind === 'semantics';

/** Criteria that say how results are handled, or that are read together with others. */
const notConditions = new Set(['fu', 'fo', 'lim', 'ofst', 'lvl', 'arp', 'cfs', 'cfq', 'gmty', 'geom', 'gsf']);

function readCondition(name: string, value: Json): Condition[] {
  if (notConditions.has(name)) return [];
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
  const of = relatives[name] ?? 'self';
  switch (name) {
    case 'lbl':
    case 'clbl':
    case 'palb':
      return [{ kind: 'labels', of, labels: list(value).map((item) => text(name, item)) }];
    case 'lbq':
      return [
        {
          kind: 'label expressions',
          expressions: list(value).map((item) => readLabelExpression(text(name, item))),
        },
      ];
    case 'ty':
    case 'chty':
    case 'pty':
      return [{ kind: 'types', of, types: list(value).map((item) => number(name, item, 1, 99_999)) }];
    case 'cty':
      return [{ kind: 'media', types: list(value).map((item) => text(name, item)) }];
    case 'atr':
    case 'catr':
    case 'patr':
      return attributeConditions(name, of, value);
    case 'smf':
      return [{ kind: 'semantics', queries: list(value).map((item) => text(name, item)) }];
    case 'ops':
      return [{ kind: 'operations', operations: number(name, value, 1, 63) }];
  }
  if (unsupported.has(name)) throw new Refused('NOT_IMPLEMENTED', `${name}: this filter criterion is not supported`);
  throw badRequest(`"${name}" is not a filter criterion`);
}

/** `cfs` and `cfq` go together, TS-0004 §7.3.3.17.13. */
function contentConditions({ cfs, cfq }: FilterCriteria): StoredCondition[] {
  if (cfs === undefined && cfq === undefined) return [];
  if (cfs === undefined || cfq === undefined) throw badRequest('cfs, cfq: a syntax and a query are expected together');
  number('cfs', cfs, 1, 1);
  return [{ kind: 'content', path: readContentQuery(text('cfq', cfq)) }];
}

/** `gmty`, `geom` and `gsf` go together; release 4. */
function placeConditions({ gmty, geom, gsf }: FilterCriteria): JudgedCondition[] {
  if (gmty === undefined && geom === undefined && gsf === undefined) return [];
  if (gmty === undefined || geom === undefined || gsf === undefined)
    throw badRequest('gmty, geom, gsf: geometry type, geometry and spatial function are expected together');
  const relation = spatialRelations[number('gsf', gsf, 1, 3) - 1] ?? 'within';
  return [{ kind: 'place', relation, geometry: readGeometry('geom', number('gmty', gmty, 1, 6), text('geom', geom)) }];
}

/** `[{ "nm": "rn", "val": "meter*" }]`; the same name more than once means either value. */
function attributeConditions(criterion: string, of: Relative, value: Json): StoredCondition[] {
  const values = new Map<string, string[]>();
  for (const item of list(value)) {
    if (typeof item !== 'object' || item === null || Array.isArray(item))
      throw badRequest(`${criterion}: { "nm", "val" } is expected`);
    const name = text(`${criterion}/nm`, item.nm ?? null);
    if (!isKnownAttribute(name)) throw badRequest(`"${name}" is neither a filter criterion nor an attribute`);
    if (withOwnCriterion.has(name))
      throw badRequest(`${name}: cannot be used in an attribute condition, it has a criterion of its own`);
    const { val = null } = item;
    const wanted = typeof val === 'string' ? val : JSON.stringify(val);
    values.set(name, [...(values.get(name) ?? []), wanted]);
  }
  return [...values].map(([name, wanted]) => ({ kind: 'attribute', of, name, values: wanted }));
}

const list = (value: Json): Json[] => (Array.isArray(value) ? value : [value]);

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
