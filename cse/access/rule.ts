import { BlockList, isIP } from 'node:net';
import { aeStem, type Names } from '../address.ts';
import type { Json, JsonObject } from '../primitive.ts';
import { readSchedule } from '../schedule.ts';

/** Operations as bits of `acop`, TS-0004 §6.3.4.2.29. */
export const right = { create: 1, retrieve: 2, update: 4, delete: 8, notify: 16, discover: 32 } as const;
export type Right = (typeof right)[keyof typeof right];

/** What one rule is asked about. */
export interface AccessQuery {
  /** AE-ID stem, or SP-relative CSE-ID. */
  readonly originator: string;
  readonly right: Right;
  /** Type of the resource the policy governs. */
  readonly type: number;
  /** Type to be created below it. */
  readonly childType?: number;
  readonly remoteAddress?: string | undefined;
  /** Whether the originator has proved who it is. */
  readonly authenticated: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export type Rule = (query: AccessQuery) => boolean;

/** Turns a pattern with `*` into a test; everything else stands for itself. */
export function wildcard(pattern: string): (text: string) => boolean {
  if (!pattern.includes('*')) return (text) => text === pattern;
  const parts = pattern.split(/\*+/).map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  const expression = new RegExp(`^${parts.join('.*')}$`, 's');
  return (text) => expression.test(text);
}

/** Rules of `pv` or `pvs`, ready to be asked many times (TS-0001 §9.6.2, TS-0004 §7.3.3.15). */
export function compileRules(privileges: Json | undefined, names: Names): Rule[] {
  const rules = isObject(privileges) && Array.isArray(privileges.acr) ? privileges.acr : [];
  return rules.filter(isObject).map((rule) => compileRule(rule, names));
}

function compileRule(rule: JsonObject, names: Names): Rule {
  const originators = texts(rule.acor).map((entry) => compileOriginator(entry, names));
  const operations = typeof rule.acop === 'number' ? rule.acop : 0;
  const contexts = Array.isArray(rule.acco) ? rule.acco.filter(isObject).map(compileContext) : [];
  const details = Array.isArray(rule.acod) ? rule.acod.filter(isObject) : [];
  return (query) =>
    (operations & query.right) !== 0 &&
    (rule.acaf !== true || query.authenticated) &&
    originators.some((matches) => matches(query.originator)) &&
    (details.length === 0 || details.some((detail) => matchesDetail(detail, query))) &&
    (contexts.length === 0 || contexts.some((holds) => holds(query)));
}

function compileOriginator(entry: string, names: Names): (originator: string) => boolean {
  if (entry === 'all') return () => true;
  // A service provider domain stands for everyone in it.
  if (entry === names.spId) return () => true;
  return wildcard(aeStem(entry, names));
}

/** Members of one context hold together; a region cannot be checked, so it never holds. */
function compileContext(context: JsonObject): (query: AccessQuery) => boolean {
  const windows = texts(context.actw).map((text) => readSchedule(text) ?? (() => false));
  const addresses = isObject(context.acip) ? networks(context.acip) : undefined;
  const region = context.aclr !== undefined;
  return ({ now, remoteAddress }) =>
    !region &&
    (windows.length === 0 || windows.some((includes) => includes(now))) &&
    (addresses === undefined || (remoteAddress !== undefined && inNetworks(addresses, remoteAddress)));
}

function networks(acip: JsonObject): BlockList {
  const list = new BlockList();
  for (const entry of [...texts(acip.ipv4), ...texts(acip.ipv6)]) {
    const network = readNetwork(entry);
    if (network !== undefined) list.addSubnet(network.address, network.prefix, network.family);
  }
  return list;
}

/** An address with an optional prefix length; undefined when it is none. */
export function readNetwork(text: string): { address: string; prefix: number; family: 'ipv4' | 'ipv6' } | undefined {
  const [address = '', prefix] = text.split('/');
  const version = isIP(address);
  if (version === 0) return undefined;
  const longest = version === 4 ? 32 : 128;
  const length = prefix === undefined ? longest : /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1;
  if (length < 0 || length > longest) return undefined;
  return { address, prefix: length, family: version === 4 ? 'ipv4' : 'ipv6' };
}

function inNetworks(list: BlockList, remoteAddress: string): boolean {
  // A dual-stack socket reports IPv4 peers as ::ffff:a.b.c.d.
  const address = remoteAddress.startsWith('::ffff:') ? remoteAddress.slice(7) : remoteAddress;
  const version = isIP(address);
  return version !== 0 && list.check(address, version === 4 ? 'ipv4' : 'ipv6');
}

/** `chty` limits what may be created; `ty` limits which resources the rule is about. */
function matchesDetail(detail: JsonObject, { type, childType, right: asked }: AccessQuery): boolean {
  if (typeof detail.ty === 'number' && detail.ty !== type) return false;
  return (
    asked !== right.create || childType === undefined || (Array.isArray(detail.chty) && detail.chty.includes(childType))
  );
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const texts = (value: Json | undefined): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
