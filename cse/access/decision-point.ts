import { aeStem, readAddress } from '../address.ts';
import type { JsonObject, RequestPrimitive } from '../primitive.ts';
import { operation } from '../primitive.ts';
import type { Context } from '../procedures/context.ts';
import { findTarget } from '../procedures/target.ts';
import { badRequest, Refused } from '../refusal.ts';
import { attributesOf } from '../representation.ts';
import { acpCombiningAlgorithm, authorizationStatus, decision } from '../resources/enumerations.ts';
import type { Resource } from '../store/resource.ts';
import type { Asker } from './asker.ts';
import type { Claims } from './claims.ts';
import { type Right, right, rulesIn } from './rule.ts';

const discovery = 1;
const { ok, notApplicable, missingAttribute, syntaxError } = authorizationStatus.of;

/** Right that an operation needs. */
const rightOf = new Map<number, Right>([
  [operation.create, right.create],
  [operation.retrieve, right.retrieve],
  [operation.update, right.update],
  [operation.delete, right.delete],
  [operation.notify, right.notify],
]);

/**
 * Whether an UPDATE asks a question instead of changing the resource (TS-0001 §9.6.41 to §9.6.43): it has attributes of a
 * question, and then nothing else.
 *
 * @param allowed attributes of a question @param mandatory those it cannot do without
 * @throws Refused BAD_REQUEST
 */
export function asksQuestion(given: JsonObject, allowed: readonly string[], mandatory: readonly string[]): boolean {
  const names = Object.keys(given);
  if (!names.some((name) => allowed.includes(name))) return false;
  const stranger = names.find((name) => !allowed.includes(name));
  if (stranger !== undefined) throw badRequest(`${stranger}: a question consists of ${allowed.join(', ')} only`);
  const missing = mandatory.find((name) => given[name] === undefined || given[name] === null);
  if (missing !== undefined) throw badRequest(`${missing}: a question has to say this`);
  return true;
}

/**
 * The resource a question is about: one of this CSE, or what another CSE has announced of it here, which is governed here.
 * @returns undefined when nothing is known of it
 */
async function subjectOf(context: Context, to: string): Promise<Resource | undefined> {
  const { names, store } = context;
  try {
    if (readAddress(to, names).local) return (await findTarget(context, to)).resource;
  } catch (error) {
    if (error instanceof Refused) return undefined;
    throw error;
  }
  const spRelative = to.startsWith(`${names.spId}/`) ? to.slice(names.spId.length) : to;
  return store.announcedFrom([spRelative, `${names.spId}${spRelative}`]);
}

/** Policies that have rules; those that leave the decision to others are not asked, lest questions go round in circles. */
const withRules = (policies: readonly Resource[]): Resource[] =>
  policies.filter(({ attributes }) => rulesIn(attributes.pv).length > 0);

/**
 * Policy decision point: what this CSE's policies say about a request for one of its resources (TS-0003 §7.5.2, TS-0004
 * §7.4.43.2.3).
 */
export async function decide(context: Context, given: JsonObject): Promise<JsonObject> {
  const { to, fr, op, rrt, fu } = given;
  const subject = await subjectOf(context, String(to));
  if (subject === undefined) return { sus: notApplicable };
  const policies = await context.access.policiesOf(subject);
  if (policies.length > 0 && withRules(policies).length === 0) return { sus: notApplicable };
  if (op === operation.create && rrt === undefined) return { sus: missingAttribute };
  const originator = aeStem(String(fr), context.names);
  const claims = await claimsIn(context, given as unknown as RequestPrimitive, originator);
  if (typeof claims === 'number') return { sus: claims };
  const isDiscovery = op === operation.retrieve && Number((fu as JsonObject | undefined)?.fu) === discovery;
  const asked = isDiscovery ? right.discover : (rightOf.get(Number(op)) ?? right.retrieve);
  const permitted = await context.access.permits(
    await askerOf(context, originator, given, claims),
    asked,
    subject,
    typeof rrt === 'number' ? rrt : undefined,
  );
  return { dec: permitted ? decision.of.permit : decision.of.deny, sus: ok };
}

/** What the originator has shown, or the status that says why it does not count. */
async function claimsIn(context: Context, shown: RequestPrimitive, originator: string): Promise<Claims | number> {
  try {
    return await context.claims.shownIn(shown, originator);
  } catch (error) {
    if (error instanceof Refused) return error.status === 'BAD_REQUEST' ? syntaxError : missingAttribute;
    throw error;
  }
}

/** Who asks elsewhere, as the question tells; that it has proved who it is cannot be told. */
async function askerOf({ store }: Context, originator: string, { oip }: JsonObject, claims: Claims): Promise<Asker> {
  const { ip4, ip6 } = (oip ?? {}) as JsonObject;
  const remoteAddress = [ip4, ip6].find((address) => typeof address === 'string');
  return {
    originator,
    authenticated: false,
    registered: (await store.byRi(originator)) !== undefined,
    remoteAddress: typeof remoteAddress === 'string' ? remoteAddress : undefined,
    claims,
  };
}

/** Policy retrieval point: the rules that govern one of this CSE's resources (TS-0003 §7.5.3, TS-0004 §7.4.44.2.3). */
export async function policiesFor(context: Context, { to }: JsonObject): Promise<JsonObject> {
  const subject = await subjectOf(context, String(to));
  const policies = subject === undefined ? [] : withRules(await context.access.policiesOf(subject));
  if (policies.length === 0) return { sus: notApplicable };
  return {
    ps: { pv: policies.map(({ attributes }) => attributes.pv ?? {}) },
    ca: acpCombiningAlgorithm.of.permitOverrides,
    sus: ok,
  };
}

/** Policy information point: roles and tokens of somebody that this CSE keeps (TS-0003 §7.5.4, TS-0004 §7.4.45.2.3). */
export async function informationAbout(context: Context, { fr, rids, tids }: JsonObject): Promise<JsonObject> {
  const { claims, names } = context;
  const originator = aeStem(String(fr), names);
  const wanted = Array.isArray(rids) ? rids : undefined;
  const roles = (await claims.rolesOf(originator)).filter(
    ({ attributes }) => wanted === undefined || wanted.includes(attributes.rlid ?? null),
  );
  const tokens: Resource[] = [];
  for (const tokenId of Array.isArray(tids) ? tids : []) {
    for (const stored of await claims.tokenResources(String(tokenId))) {
      const token = await claims.verified(String(stored.attributes.tkob)).catch(() => undefined);
      if (token?.holder === originator && token.tokenId === tokenId) tokens.push(stored);
    }
  }
  if (roles.length === 0 && tokens.length === 0) return { sus: notApplicable };
  const shown = (resource: Resource): JsonObject => attributesOf(resource);
  return {
    sus: ok,
    ...(roles.length === 0 ? {} : { 'm2m:rol': roles.map(shown) }),
    ...(tokens.length === 0 ? {} : { 'm2m:tk': tokens.map(shown) }),
  };
}
