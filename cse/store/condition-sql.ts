import type { Join, Relative, StoredCondition } from '../procedures/filter.ts';
import type { LabelExpression } from '../procedures/label-expression.ts';
import { nowTimestamp } from '../timestamp.ts';
import { holderTypes, instanceTypeOf } from './resource.ts';

/** Collects the parameters of one statement. */
export class Parameters {
  readonly values: unknown[] = [];

  add(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }

  /** A parameter that is added when it is first used: an unused one would have no type. */
  later(value: unknown): () => string {
    let parameter: string | undefined;
    return () => {
      parameter ??= this.add(value);
      return parameter;
    };
  }
}

/** What the SQL of a condition is built from: expressions over one row of a table. */
interface Row {
  readonly type: string;
  /** Array of texts. */
  readonly labels: string;
  /** Whether one of some labels is there; in a form an index can serve. */
  readonly hasLabel: (labels: string) => string;
  /** Text of an attribute. @param parameter gives a parameter that holds the name */
  readonly attribute: (name: string, parameter: () => string) => string;
}

/** SQL of conditions over what a search looks through: the row itself, its parent, its children. */
export interface ConditionSql {
  readonly self: Row;
  readonly parent: Row;
  /** Whether some child meets a condition. */
  readonly child: (condition: (row: Row) => string, parameters: Parameters) => string;
  readonly time: (column: 'ct' | 'lt' | 'et') => string;
  readonly number: (column: 'st' | 'cs') => string | undefined;
  /** Media type of the content. */
  readonly media: string | undefined;
  /** Text of JSON content. */
  readonly content: string | undefined;
}

/** A row of cse.resource. @param parentId identifier of its parent; @param counter gives a column of its counters */
const resourceRow = (alias: string, parentId: string, counter: (column: string) => string): Row => ({
  type: `${alias}.ty`,
  labels: `ARRAY (SELECT jsonb_array_elements_text(${alias}.attributes->'lbl'))`,
  hasLabel: (labels) => `${alias}.attributes->'lbl' ?| ${labels}::text[]`,
  attribute: (name, parameter) =>
    ({
      rn: `${alias}.rn`,
      ri: `${alias}.ri`,
      pi: parentId,
      cni: counter('cni'),
      cbs: counter('cbs'),
    })[name] ?? `${alias}.attributes->>${parameter()}`,
});

const instanceTypeSql = (holder: string): string =>
  `CASE ${holder}.ty ${holderTypes.map((type) => `WHEN ${type} THEN ${instanceTypeOf(type)}`).join(' ')} END`;

/** A row of cse.instance. @param holder alias of its container's row */
function instanceRow(alias: string, holder: string): Row {
  // Identifiers of instances are not stored, see `instanceId`.
  const id = `CASE ${holder}.ty WHEN 28 THEN 'fci-' WHEN 29 THEN 'tsi-' ELSE 'cin-' END || cse.base36(${alias}.no) || '-' || cse.base36(${alias}.st)`;
  return {
    type: instanceTypeSql(holder),
    labels: `${alias}.lbl`,
    hasLabel: (labels) => `${alias}.lbl && ${labels}::text[]`,
    attribute: (name, parameter) =>
      ({ rn: `COALESCE(${alias}.rn, ${id})`, ri: id, pi: `${holder}.ri` })[name] ??
      `${alias}.body::json->>${parameter()}`,
  };
}

const countersOf =
  (alias: string) =>
  (column: string): string =>
    `${alias}.${column}::text`;
/** A row whose counters and parent are looked up only when they are asked about. */
const loneRow = (alias: string): Row =>
  resourceRow(
    alias,
    `(SELECT above.ri FROM cse.resource above WHERE above.no = ${alias}.parent_no)`,
    (column) => `(SELECT n.${column}::text FROM cse.counter n WHERE n.no = ${alias}.no)`,
  );

/** Aliases: `r` the resource, `p` its parent, `c` its counters. */
export const resourceSql: ConditionSql = {
  self: resourceRow('r', 'p.ri', countersOf('c')),
  parent: loneRow('p'),
  child(condition, parameters) {
    const now = parameters.add(nowTimestamp());
    return `(EXISTS (SELECT FROM cse.resource ch WHERE ch.parent_no = r.no AND (ch.et IS NULL OR ch.et > ${now}) AND ${condition(loneRow('ch'))})
      OR EXISTS (SELECT FROM cse.instance ci WHERE ci.no = r.no AND ci.et > ${now} AND ${condition(instanceRow('ci', 'r'))}))`;
  },
  time: (column) => `r.${column}`,
  // The counter of a container is its state tag; others keep their own.
  number: (column) =>
    column === 'st'
      ? `CASE r.ty WHEN 3 THEN c.st ELSE (r.attributes->>'st')::bigint END`
      : `(r.attributes->>'cs')::bigint`,
  media: undefined,
  content: undefined,
};

/** Aliases: `i` the instance, `k` its container. */
export const instanceSql: ConditionSql = {
  self: instanceRow('i', 'k'),
  parent: loneRow('k'),
  child: () => 'false',
  time: (column) => `i.${column === 'lt' ? 'ct' : column}`,
  // As a comparison of the column itself, which the index serves; other instances have a place there, but no state tag.
  number: (column) => (column === 'st' ? 'k.ty = 3 AND i.st' : `i.${column}`),
  media: `split_part(i.body::json->>'cnf', ':', 1)`,
  content: `i.body::json->>'con'`,
};

const joints: Readonly<Record<Join, string>> = { all: ' AND ', any: ' OR ', odd: ' <> ' };

/** One boolean expression of all conditions. */
export function conditionsSql(
  conditions: readonly StoredCondition[],
  join: Join,
  sql: ConditionSql,
  parameters: Parameters,
): string {
  // A resource that lacks the attribute does not match: NULL counts as false.
  const parts = conditions.map((condition) => `COALESCE((${conditionSql(condition, sql, parameters)}), false)`);
  return join === 'odd' ? parts.reduce((joined, part) => `(${joined} <> ${part})`) : parts.join(joints[join]);
}

function conditionSql(condition: StoredCondition, sql: ConditionSql, parameters: Parameters): string {
  const of = (relative: Relative, test: (row: Row) => string): string =>
    relative === 'child' ? sql.child(test, parameters) : test(sql[relative]);
  switch (condition.kind) {
    case 'time':
      return `${sql.time(condition.column)} ${condition.test} ${parameters.add(condition.value)}`;
    case 'number': {
      const column = sql.number(condition.column);
      return column === undefined ? 'false' : `${column} ${condition.test} ${parameters.add(condition.value)}`;
    }
    case 'labels': {
      const labels = parameters.later(condition.labels);
      return of(condition.of, (row) => row.hasLabel(labels()));
    }
    case 'label expressions':
      return condition.expressions
        .map((expression) => expressionSql(expression, sql.self.labels, parameters))
        .join(' OR ');
    case 'types': {
      const types = parameters.later(condition.types);
      return of(condition.of, (row) => `${row.type} = ANY (${types()}::integer[])`);
    }
    case 'media':
      return sql.media === undefined ? 'false' : `${sql.media} = ANY (${parameters.add(condition.types)}::text[])`;
    case 'attribute': {
      const patterns = parameters.later(condition.values.map(likePattern));
      const name = parameters.later(condition.name);
      return of(
        condition.of,
        (row) => `${row.attribute(condition.name, () => `${name()}::text`)} LIKE ANY (${patterns()}::text[])`,
      );
    }
    case 'content':
      if (sql.content === undefined) return 'false';
      // The order of CASE is kept: what is not JSON is not read as such.
      return `CASE WHEN ${sql.content} IS JSON THEN
        jsonb_path_match((${sql.content})::jsonb, ${parameters.add(condition.path)}::jsonpath, '{}', true) END`;
  }
}

function expressionSql({ key, test, values }: LabelExpression, labels: string, parameters: Parameters): string {
  if (test === 'in') return `${labels} && ${pairs()}`;
  const name = `${parameters.add(key)}::text`;
  if (test === 'not in')
    return `EXISTS (SELECT FROM unnest(${labels}) l WHERE starts_with(l, ${name} || ':')) AND NOT ${labels} && ${pairs()}`;
  const hasKey = `EXISTS (SELECT FROM unnest(${labels}) l WHERE l = ${name} OR starts_with(l, ${name} || ':'))`;
  return test === 'present' ? hasKey : `cardinality(${labels}) > 0 AND NOT ${hasKey}`;

  function pairs(): string {
    return `${parameters.add(values.map((value) => `${key}:${value}`))}::text[]`;
  }
}

/** `*` stands for any number of characters (TS-0001 §8.1.2). */
const likePattern = (value: string): string => value.replace(/[\\%_]/g, '\\$&').replaceAll('*', '%');

/** Types a search is limited to, when all conditions have to hold. */
export function typesOf(conditions: readonly StoredCondition[]): number[] | undefined {
  let types: number[] | undefined;
  for (const condition of conditions) {
    if (condition.kind !== 'types' || condition.of !== 'self') continue;
    const before = types;
    types = before === undefined ? [...condition.types] : before.filter((type) => condition.types.includes(type));
  }
  return types;
}
