import { everything, type Grant } from '../access/access.ts';
import { right } from '../access/rule.ts';
import { isAnnounced } from '../announcement/attributes.ts';
import { changeOriginal } from '../announcement/both-ways.ts';
import { checkAnnouncement, concernsAnnouncement } from '../announcement/check.ts';
import { checkChangeOfAnnounced } from '../announcement/rights.ts';
import { askPermission, isBlocking } from '../notifications/blocking.ts';
import type { JsonObject } from '../primitive.ts';
import { badRequest, Refused } from '../refusal.ts';
import { attributesOf } from '../representation.ts';
import { definitionFor } from '../resources/index.ts';
import { checkUpdate, representationIn } from '../resources/validate.ts';
import { holdsInstances, type Resource } from '../store/resource.ts';
import { nowTimestamp } from '../timestamp.ts';
import { authorize, checkAttributes, checkConditions, within } from './authorize.ts';
import type { Answer, Call, Context } from './context.ts';
import { checkPolicies } from './create.ts';
import { effectsOf, surroundingsOf, withEffects } from './effects.ts';
import { expirationTime } from './expiration.ts';
import { readFilter } from './filter.ts';
import { matches } from './judge.ts';
import { differences, represent } from './result.ts';
import { noMatch } from './retrieve.ts';
import { rulesOf } from './rules.ts';
import { findTarget } from './target.ts';

/** Tries when somebody else changes the resource at the same moment. */
const attempts = 5;

/** UPDATE, TS-0004 §7.3.3.7. */
export function update(context: Context, call: Call): Promise<Answer> {
  return updateNow(context, call, false);
}

/** @param alone nobody else changes the resource: its blocking subscription is asked, or several changes have met */
async function updateNow(context: Context, call: Call, alone: boolean): Promise<Answer> {
  const { request, asker } = call;
  for (let attempt = 1; ; attempt += 1) {
    const { resource, virtual } = await findTarget(context, request.to);
    const definition = definitionFor(resource);
    if (virtual !== undefined || definition === undefined || !definition.updatable) {
      throw new Refused('OPERATION_NOT_ALLOWED', `to: <${virtual ?? definition?.longName}> cannot be updated`);
    }
    const filter = readFilter(request.fc, context.settings.filterValuesMax);
    const announced = isAnnounced(resource.ty);
    const originalFirst = announced && (await checkChangeOfAnnounced(context, asker, resource));
    const grant = announced ? everything : await authorizeUpdate(context, call, resource);
    checkConditions(grant, call);
    if (filter !== undefined && !(await matches(context, call.asker, resource, filter))) throw noMatch(resource);
    // A copy: rules may turn an order into what it leads to, anew at each attempt.
    const given = { ...representationIn(request.pc, definition) };
    checkUpdate(definition, given);
    checkAttributes(grant, call, Object.keys(given));
    const decided = await rulesOf(resource.ty).answer?.(context, given);
    if (decided !== undefined) return { rsc: 2004, pc: represent(resource, decided) };
    if (concernsAnnouncement(given)) await checkAnnouncement(context, definition, given);
    const attributes = await changed(context, resource, given);
    await checkPolicies(context, given);
    if (originalFirst && attempt === 1) await changeOriginal(context, call, resource, given);
    await rulesOf(resource.ty).update?.(context, { resource, given, attributes, asker });
    const blocking = (await context.store.subscriptionsOf(resource.no)).find(isBlocking);
    const inTurn = () => context.turns.take(resource.no, () => updateNow(context, call, true));
    if (!alone && (blocking !== undefined || context.turns.taken(resource.no))) return inTurn();
    if (blocking !== undefined) {
      await askPermission(context, blocking, resource, given, asker.originator);
    }
    const answer = await store(context, call, resource, given, attributes, grant);
    if (answer !== undefined) return answer;
    if (!alone && !originalFirst) return inTurn();
    if (attempt === attempts)
      throw new Refused('CONFLICT', `to: ${resource.path} is being changed by others all the time`);
  }
}

async function authorizeUpdate(context: Context, call: Call, resource: Resource): Promise<Grant> {
  const content = Object.values(call.request.pc ?? {})[0];
  const names = typeof content === 'object' && content !== null ? Object.keys(content) : [];
  if (!names.includes('acpi') || definitionFor(resource)?.attributes.acpi === undefined) {
    return authorize(context, call, right.update, resource);
  }
  if (!(await context.access.permitsPolicyChange(call.asker, resource))) {
    const { originator } = call.asker;
    throw new Refused('ORIGINATOR_HAS_NO_PRIVILEGE', `${originator} may not exchange the policies of ${resource.path}`);
  }
  // Whoever may change the policies need not have the right to change anything else (TS-0001 §9.6.1.3.2).
  if (names.length > 1) throw badRequest('acpi (accessControlPolicyIDs) has to be the only attribute of its UPDATE');
  return everything;
}

/** Attributes after the change; null has removed some. */
async function changed({ store }: Context, resource: Resource, given: JsonObject): Promise<JsonObject> {
  const attributes: JsonObject = { ...resource.attributes, lt: nowTimestamp() };
  for (const [name, value] of Object.entries(given)) {
    if (value === null) delete attributes[name];
    else if (value !== undefined) attributes[name] = value;
  }
  if (given.et !== undefined) {
    const parent = resource.parentNo === null ? undefined : await store.byNumber(resource.parentNo);
    const et = expirationTime(given.et, parent);
    const outlived = await store.childExpiringAfter(resource, et);
    if (outlived !== undefined) throw badRequest(`et (expirationTime): the child ${outlived} would live longer`);
    attributes.et = et;
  }
  return attributes;
}

/** Names and new values of what an UPDATE changed: what it gave, and what followed from that. */
function modifications(given: JsonObject, before: JsonObject, after: JsonObject): JsonObject {
  const modified: JsonObject = { ...given };
  for (const name in after) if (after[name] !== before[name]) modified[name] = after[name] ?? null;
  for (const name in before) if (after[name] === undefined) modified[name] = null;
  return modified;
}

/** @returns undefined when the resource was changed meanwhile and the request has to be looked at anew */
async function store(
  context: Context,
  { request, asker }: Call,
  before: Resource,
  given: JsonObject,
  attributes: JsonObject,
  grant: Grant,
): Promise<Answer | undefined> {
  const resource: Resource = { ...before, version: before.version + 1, attributes };
  const surroundings = await surroundingsOf(context, resource, false);
  const counters = holdsInstances(resource.ty) ? await context.store.counters(resource.no) : undefined;
  const change = { given, originator: asker.originator };
  const { keep, append } = rulesOf(resource.ty).instances?.(resource, before, change) ?? {};
  let all: JsonObject = {};
  const outcome = await context.committer.submit({
    kind: 'update',
    resource,
    ...(keep === undefined ? {} : { keep }),
    ...withEffects(context, append, resource, asker.originator, surroundings),
    effects: (after) => {
      all = attributesOf(resource, after ?? counters);
      const modified = modifications(given, before.attributes, attributes);
      if (after !== undefined && typeof all.st === 'number') modified.st = all.st;
      return effectsOf(context, 'updated', resource, asker.originator, all, surroundings, modified);
    },
  });
  if (!outcome.done) {
    context.store.invalidate({ containers: [], resources: [before.no], subscribed: [], subtrees: [] });
    return undefined;
  }
  await rulesOf(resource.ty).updated?.(context, resource, before, asker, given);
  if (concernsAnnouncement(given)) {
    const { at } = (await context.announcements.settle(resource, before.attributes.at)).attributes;
    if (at !== undefined) all = { ...all, at };
  }
  const rsc = 2004;
  if (request.rcn === 0) return { rsc };
  if (request.rcn !== 9) return { rsc, pc: represent(resource, within(grant, all)) };
  const earlier = attributesOf(before, counters);
  const different = within(grant, differences(given, all, earlier));
  return Object.keys(different).length === 0 ? { rsc } : { rsc, pc: represent(resource, different) };
}
