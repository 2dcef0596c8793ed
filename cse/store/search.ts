import type { Condition, Filter } from '../procedures/filter.ts';
import { nowTimestamp } from '../timestamp.ts';
import { holderTypes, instanceTypeOf, isInstance, type Resource } from './resource.ts';
import { type InstanceRow, type ResourceRow, resourceColumns, type Store, toInstance, toResource } from './store.ts';

/** What a search looks through, beside the filter's own conditions. */
export interface Scope {
  readonly root: Resource;
  /** How far below the root; undefined: all the way. */
  readonly levels?: number;
  /** Leaves out what nobody but others could see: no policy of its own, and not this originator's. */
  readonly visibleTo?: string;
}

const pageSize = 500;

/** Collects the parameters of one statement. */
class Parameters {
  readonly values: unknown[] = [];

  add(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }
}

/**
 * Walks through what matches below a resource, page by page: first everything that is not an instance, parents before
 * children, then instances, oldest first. Memory stays bounded whatever the tree holds.
 */
export async function* search(
  store: Store,
  scope: Scope,
  filter: Pick<Filter, 'conditions' | 'either'>,
): AsyncGenerator<Resource> {
  const types = filter.either ? undefined : typesOf(filter.conditions);
  if (types === undefined || types.some((type) => !isInstance(type))) yield* searchResources(store, scope, filter);
  if (types === undefined || types.some(isInstance)) yield* searchInstances(store, scope, filter);
}

/** Whether one resource meets the conditions; for conditional requests. */
export async function matchesFilter(store: Store, resource: Resource, filter: Filter): Promise<boolean> {
  if (filter.conditions.length === 0) return true;
  const parameters = new Parameters();
  const ofInstance = isInstance(resource.ty);
  const where = conditionsSql(filter, ofInstance ? instanceSql : resourceSql, parameters);
  const text = ofInstance
    ? `SELECT FROM cse.instance i JOIN cse.resource k ON k.no = i.no
       WHERE i.no = ${parameters.add(resource.no)} AND i.st = ${parameters.add(resource.st)} AND (${where})`
    : `SELECT FROM cse.resource r LEFT JOIN cse.resource p ON p.no = r.parent_no LEFT JOIN cse.counter c ON c.no = r.no
       WHERE r.no = ${parameters.add(resource.no)} AND (${where})`;
  const { rowCount } = await store.pool.query({ text, values: parameters.values });
  return rowCount === 1;
}

async function* searchResources(
  store: Store,
  scope: Scope,
  filter: Pick<Filter, 'conditions' | 'either'>,
): AsyncGenerator<Resource> {
  const { root, levels } = scope;
  for (let after = `${root.path}/`; ; ) {
    const parameters = new Parameters();
    const where = [
      `r.path > ${parameters.add(after)} AND r.path < ${parameters.add(`${root.path}0`)}`,
      `(r.et IS NULL OR r.et > ${parameters.add(nowTimestamp())})`,
      ...(levels === undefined ? [] : [`r.depth <= ${parameters.add(root.depth + levels)}`]),
      ...visible('r', scope, parameters),
      ...(filter.conditions.length === 0 ? [] : [`(${conditionsSql(filter, resourceSql, parameters)})`]),
    ];
    const { rows } = await store.pool.query<ResourceRow>({
      text: `SELECT ${resourceColumns} FROM cse.resource r LEFT JOIN cse.resource p ON p.no = r.parent_no
        LEFT JOIN cse.counter c ON c.no = r.no WHERE ${where.join(' AND ')} ORDER BY r.path LIMIT ${pageSize}`,
      values: parameters.values,
    });
    for (const row of rows) yield toResource(row);
    const last = rows.at(-1);
    if (rows.length < pageSize || last === undefined) return;
    after = last.path;
  }
}

async function* searchInstances(
  store: Store,
  scope: Scope,
  filter: Pick<Filter, 'conditions' | 'either'>,
): AsyncGenerator<Resource> {
  const { root, levels } = scope;
  if (levels === 0) return;
  let after: { path: string; st: number } | undefined;
  for (;;) {
    const parameters = new Parameters();
    const self = parameters.add(root.path);
    const where = [
      `(k.path = ${self} OR k.path > ${self} || '/' AND k.path < ${self} || '0')`,
      `k.ty IN (${holderTypes.join(', ')})`,
      `(k.et IS NULL OR k.et > ${parameters.add(nowTimestamp())}) AND i.et > ${parameters.add(nowTimestamp())}`,
      ...(after === undefined ? [] : [`(k.path, i.st) > (${parameters.add(after.path)}, ${parameters.add(after.st)})`]),
      ...(levels === undefined ? [] : [`k.depth < ${parameters.add(root.depth + levels)}`]),
      ...visible('k', scope, parameters),
      ...(filter.conditions.length === 0 ? [] : [`(${conditionsSql(filter, instanceSql, parameters)})`]),
    ];
    const { rows } = await store.pool.query<InstanceRow & { path: string }>({
      text: `SELECT k.path, i.no, i.st, i.rn, i.ct, i.et, i.cs, i.body FROM cse.resource k JOIN cse.instance i ON i.no = k.no
        WHERE ${where.join(' AND ')} ORDER BY k.path, i.st LIMIT ${pageSize}`,
      values: parameters.values,
    });
    for (const row of rows) {
      const container = await store.byNumber(row.no);
      if (container !== undefined) yield toInstance(container, row);
    }
    after = rows.at(-1);
    if (rows.length < pageSize) return;
  }
}

/** Types whose resources follow their creator when they have no policy: AE, container, subscription. */
const ownedTypes = '2, 3, 23';

function visible(alias: string, { visibleTo }: Scope, parameters: Parameters): string[] {
  if (visibleTo === undefined) return [];
  const originator = parameters.add(visibleTo);
  return [
    `(${alias}.creator = ${originator} OR ${alias}.attributes ? 'acpi' OR ${alias}.ty NOT IN (${ownedTypes})
      OR ${alias}.attributes->>'cstn' = ${originator})`,
  ];
}

/** SQL of each condition over one of the two tables. */
interface ConditionSql {
  readonly time: (column: 'ct' | 'lt' | 'et') => string;
  readonly number: (column: 'st' | 'cs') => string | undefined;
  readonly labels: (labels: string) => string;
  readonly type: string;
  readonly media: string | undefined;
  /** Text of an attribute, or undefined when no resource of the table has it. @param name is a parameter */
  readonly attribute: (name: string, parameter: () => string) => string;
}

const resourceSql: ConditionSql = {
  time: (column) => `r.${column}`,
  number: (column) => (column === 'st' ? 'c.st' : undefined),
  labels: (labels) => `r.attributes->'lbl' ?| ${labels}::text[]`,
  type: 'r.ty',
  media: undefined,
  attribute: (name, parameter) =>
    ({ rn: 'r.rn', ri: 'r.ri', pi: 'p.ri', cni: 'c.cni::text', cbs: 'c.cbs::text' })[name] ??
    `r.attributes->>${parameter()}`,
};

const instanceSql: ConditionSql = {
  time: (column) => `i.${column === 'lt' ? 'ct' : column}`,
  number: (column) => `i.${column}`,
  labels: (labels) => `i.lbl && ${labels}::text[]`,
  type: `CASE k.ty ${holderTypes.map((type) => `WHEN ${type} THEN ${instanceTypeOf(type)}`).join(' ')} END`,
  media: `split_part(i.body::json->>'cnf', ':', 1)`,
  attribute: (name, parameter) =>
    ({
      rn: `COALESCE(i.rn, ${generatedId})`,
      ri: generatedId,
      pi: 'k.ri',
    })[name] ?? `i.body::json->>${parameter()}`,
};

/** Identifiers of instances are not stored, see `instanceId`. */
const generatedId = `CASE k.ty WHEN 28 THEN 'fci-' WHEN 29 THEN 'tsi-' ELSE 'cin-' END || cse.base36(i.no) || '-' || cse.base36(i.st)`;

function conditionsSql(
  filter: Pick<Filter, 'conditions' | 'either'>,
  sql: ConditionSql,
  parameters: Parameters,
): string {
  const parts = filter.conditions.map((condition) => conditionSql(condition, sql, parameters));
  // A resource that lacks the attribute does not match: NULL counts as false.
  return parts.map((part) => `COALESCE(${part}, false)`).join(filter.either ? ' OR ' : ' AND ');
}

function conditionSql(condition: Condition, sql: ConditionSql, parameters: Parameters): string {
  switch (condition.kind) {
    case 'time':
      return `${sql.time(condition.column)} ${condition.test} ${parameters.add(condition.value)}`;
    case 'number': {
      const column = sql.number(condition.column);
      return column === undefined ? 'false' : `${column} ${condition.test} ${parameters.add(condition.value)}`;
    }
    case 'labels':
      return sql.labels(parameters.add(condition.labels));
    case 'types':
      return `${sql.type} = ANY (${parameters.add(condition.types)}::integer[])`;
    case 'media':
      return sql.media === undefined ? 'false' : `${sql.media} = ANY (${parameters.add(condition.types)}::text[])`;
    case 'attribute': {
      const value = sql.attribute(condition.name, () => `${parameters.add(condition.name)}::text`);
      return `${value} LIKE ANY (${parameters.add(condition.values.map(likePattern))}::text[])`;
    }
  }
}

/** `*` stands for any number of characters (TS-0001 §8.1.2). */
const likePattern = (value: string): string => value.replace(/[\\%_]/g, '\\$&').replaceAll('*', '%');

/** Types a search is limited to, when all conditions have to hold. */
function typesOf(conditions: readonly Condition[]): number[] | undefined {
  let types: number[] | undefined;
  for (const condition of conditions) {
    if (condition.kind !== 'types') continue;
    const before = types;
    types = before === undefined ? [...condition.types] : before.filter((type) => condition.types.includes(type));
  }
  return types;
}
