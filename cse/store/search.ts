import type { Filter, Join, StoredCondition } from '../procedures/filter.ts';
import { nowTimestamp } from '../timestamp.ts';
import { type ConditionSql, conditionsSql, instanceSql, Parameters, resourceSql, typesOf } from './condition-sql.ts';
import { holderTypes, isInstance, type Resource } from './resource.ts';
import { type InstanceRow, type ResourceRow, resourceColumns, type Store, toInstance, toResource } from './store.ts';
import { visible } from './visibility.ts';

/** What a search looks through, beside the filter's own conditions. */
export interface Scope {
  readonly root: Resource;
  /** How far below the root; undefined: all the way. */
  readonly levels?: number;
  /** Leaves out what only others can see: resources without a policy that do not belong to this originator, in all its forms. */
  readonly visibleTo?: readonly string[] | undefined;
}

const pageSize = 500;

/** What a search asks of each resource. */
export interface Conditions {
  readonly stored: readonly StoredCondition[];
  readonly join: Join;
  /** False: resources that do not meet the conditions are found too, marked as such, for whoever joins in more conditions. */
  readonly only: boolean;
}

/** A resource below the root, and whether it meets the conditions. */
export interface Found {
  readonly resource: Resource;
  readonly met: boolean;
}

/**
 * Walks through what is below a resource, page by page: first everything that is not an instance, parents before children,
 * then instances, oldest first. Memory stays bounded whatever the tree holds.
 */
export async function* search(store: Store, scope: Scope, conditions: Conditions): AsyncGenerator<Found> {
  const types = conditions.join === 'all' && conditions.only ? typesOf(conditions.stored) : undefined;
  if (types === undefined || types.some((type) => !isInstance(type))) yield* searchResources(store, scope, conditions);
  if (types === undefined || types.some(isInstance)) yield* searchInstances(store, scope, conditions);
}

/** Whether one resource meets the conditions; for conditional requests. */
export async function meets(store: Store, resource: Resource, { stored, join }: Filter): Promise<boolean> {
  if (stored.length === 0) return join === 'all';
  const parameters = new Parameters();
  const ofInstance = isInstance(resource.ty);
  const where = conditionsSql(stored, join, ofInstance ? instanceSql : resourceSql, parameters);
  const text = ofInstance
    ? `SELECT FROM cse.instance i JOIN cse.resource k ON k.no = i.no
       WHERE i.no = ${parameters.add(resource.no)} AND i.st = ${parameters.add(resource.st)} AND (${where})`
    : `SELECT FROM cse.resource r LEFT JOIN cse.resource p ON p.no = r.parent_no LEFT JOIN cse.counter c ON c.no = r.no
       WHERE r.no = ${parameters.add(resource.no)} AND (${where})`;
  const { rowCount } = await store.pool.query({ text, values: parameters.values });
  return rowCount === 1;
}

/** The conditions as part of WHERE, or as a column. */
function asked(
  { stored, join, only }: Conditions,
  sql: ConditionSql,
  parameters: Parameters,
): { where: string[]; met: string } {
  if (stored.length === 0) return { where: [], met: String(join === 'all') };
  const condition = conditionsSql(stored, join, sql, parameters);
  return only ? { where: [`(${condition})`], met: 'true' } : { where: [], met: condition };
}

async function* searchResources(store: Store, scope: Scope, conditions: Conditions): AsyncGenerator<Found> {
  const { root, levels } = scope;
  for (let after = `${root.path}/`; ; ) {
    const parameters = new Parameters();
    const { where, met } = asked(conditions, resourceSql, parameters);
    const all = [
      `r.path > ${parameters.add(after)} AND r.path < ${parameters.add(`${root.path}0`)}`,
      `(r.et IS NULL OR r.et > ${parameters.add(nowTimestamp())})`,
      ...(levels === undefined ? [] : [`r.depth <= ${parameters.add(root.depth + levels)}`]),
      ...visible('r', scope.visibleTo, parameters),
      ...where,
    ];
    const { rows } = await store.pool.query<ResourceRow & { met: boolean }>({
      text: `SELECT ${resourceColumns}, ${met} AS met FROM cse.resource r LEFT JOIN cse.resource p ON p.no = r.parent_no
        LEFT JOIN cse.counter c ON c.no = r.no WHERE ${all.join(' AND ')} ORDER BY r.path LIMIT ${pageSize}`,
      values: parameters.values,
    });
    for (const row of rows) yield { resource: toResource(row), met: row.met };
    const last = rows.at(-1);
    if (rows.length < pageSize || last === undefined) return;
    after = last.path;
  }
}

async function* searchInstances(store: Store, scope: Scope, conditions: Conditions): AsyncGenerator<Found> {
  const { root, levels } = scope;
  if (levels === 0) return;
  let after: { path: string; st: number } | undefined;
  for (;;) {
    const parameters = new Parameters();
    const { where, met } = asked(conditions, instanceSql, parameters);
    const self = parameters.add(root.path);
    const all = [
      `(k.path = ${self} OR k.path > ${self} || '/' AND k.path < ${self} || '0')`,
      `k.ty IN (${holderTypes.join(', ')})`,
      `(k.et IS NULL OR k.et > ${parameters.add(nowTimestamp())}) AND i.et > ${parameters.add(nowTimestamp())}`,
      ...(after === undefined ? [] : [`(k.path, i.st) > (${parameters.add(after.path)}, ${parameters.add(after.st)})`]),
      ...(levels === undefined ? [] : [`k.depth < ${parameters.add(root.depth + levels)}`]),
      ...visible('k', scope.visibleTo, parameters),
      ...where,
    ];
    const { rows } = await store.pool.query<InstanceRow & { path: string; met: boolean }>({
      text: `SELECT k.path, i.no, i.st, i.rn, i.ct, i.et, i.cs, i.body, ${met} AS met
        FROM cse.resource k JOIN cse.instance i ON i.no = k.no
        WHERE ${all.join(' AND ')} ORDER BY k.path, i.st LIMIT ${pageSize}`,
      values: parameters.values,
    });
    for (const row of rows) {
      const container = await store.byNumber(row.no);
      if (container !== undefined) yield { resource: toInstance(container, row), met: row.met };
    }
    after = rows.at(-1);
    if (rows.length < pageSize) return;
  }
}
