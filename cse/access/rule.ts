import type { Names } from '../address.ts';
import type { Json, JsonObject } from '../primitive.ts';
import { type Circumstances, compileContext } from './contexts.ts';
import { isNamedIn, type OriginatorForms, readOriginators } from './originators.ts';

/** Operations as bits of `acop`, TS-0004 §6.3.4.2.29. */
export const right = { create: 1, retrieve: 2, update: 4, delete: 8, notify: 16, discover: 32 } as const;
export type Right = (typeof right)[keyof typeof right];

/** Operations that `aca` can limit to some attributes; the others concern a resource as a whole. */
const ofAttributes = right.create | right.retrieve | right.update;

/** What one rule is asked about. */
export interface AccessQuery extends Circumstances {
  /** AE-ID stem, or SP-relative CSE-ID. */
  readonly originator: string;
  readonly forms: OriginatorForms;
  readonly right: Right;
  /** Type of the resource the policy governs. */
  readonly type: number;
  /** `mgd` or `cnd` of the resource the policy governs. */
  readonly specialization?: Json | undefined;
  /** Type to be created below it. */
  readonly childType?: number | undefined;
  /** Whether the originator has proved who it is. */
  readonly authenticated: boolean;
  /** Whether the originator is a member of a group. */
  isMember(group: string): boolean;
  /** Whether the originator has a role. */
  hasRole(roleId: string): boolean;
}

/** One access control rule, ready to be asked many times. */
export interface Rule {
  /** The only attributes it grants (`aca`, release 4); undefined: all. */
  readonly attributes?: ReadonlySet<string>;
  /** Roles that would satisfy it. */
  readonly roles: readonly string[];
  readonly grants: (query: AccessQuery) => boolean;
  /** Whether it would grant to an originator it names. */
  readonly applies: (query: AccessQuery) => boolean;
}

/** Rules of `pv` or `pvs` (TS-0001 §9.6.2, TS-0004 §7.3.3.15). */
export function compileRules(privileges: Json | undefined, names: Names): Rule[] {
  return rulesIn(privileges).map((rule) => compileRule(rule, names));
}

/** The access control rules of a set, as they are stored. */
export const rulesIn = (privileges: Json | undefined): JsonObject[] =>
  isObject(privileges) && Array.isArray(privileges.acr) ? privileges.acr.filter(isObject) : [];

function compileRule(rule: JsonObject, names: Names): Rule {
  const entries = Array.isArray(rule.acor) ? rule.acor.filter((entry) => typeof entry === 'string') : [];
  const originators = readOriginators(entries, names);
  const { roles, groups } = originators;
  const attributes = Array.isArray(rule.aca) ? new Set(rule.aca.map(String)) : undefined;
  const asked = typeof rule.acop === 'number' ? rule.acop : 0;
  const operations = attributes === undefined ? asked : asked & ofAttributes;
  const contexts = Array.isArray(rule.acco) ? rule.acco.filter(isObject).map(compileContext) : [];
  const details = Array.isArray(rule.acod) ? rule.acod.filter(isObject) : [];
  const authenticated = rule.acaf === true;

  const isNamed = (query: AccessQuery): boolean =>
    isNamedIn(originators, query) ||
    roles.some((role) => query.hasRole(role)) ||
    groups.some((group) => query.isMember(group));
  const applies = (query: AccessQuery): boolean =>
    (operations & query.right) !== 0 &&
    (!authenticated || query.authenticated) &&
    (details.length === 0 || details.some((detail) => matchesDetail(detail, query))) &&
    (contexts.length === 0 || contexts.some((holds) => holds(query)));
  return {
    ...(attributes === undefined ? {} : { attributes }),
    roles,
    applies,
    grants: (query) => (operations & query.right) !== 0 && isNamed(query) && applies(query),
  };
}

/** `chty` limits what may be created; `ty` and `spty` limit which resources the rule is about (TS-0001 §9.6.2.4). */
function matchesDetail({ ty, spty, chty }: JsonObject, query: AccessQuery): boolean {
  if (ty !== undefined && ty !== query.type) return false;
  if (isObject(spty) && ![spty.cnd, spty.mgd].some((one) => one !== undefined && one === query.specialization)) {
    return false;
  }
  const { childType } = query;
  return query.right !== right.create || childType === undefined || (Array.isArray(chty) && chty.includes(childType));
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
