import { everything } from '../access/access.ts';
import { checkCseRegistration, checkHandOver, handsOver, registersCse } from '../access/registration.ts';
import { right } from '../access/rule.ts';
import { checkServiceSubscription } from '../access/service-subscription.ts';
import { checkAnnouncement, concernsAnnouncement } from '../announcement/check.ts';
import { mayAnnounce } from '../announcement/rights.ts';
import type { JsonObject } from '../primitive.ts';
import { badRequest, Refused } from '../refusal.ts';
import { retire } from '../registration/enrolment.ts';
import { alreadyRegistered, identifierFor, registers } from '../registration/identifier.ts';
import { attributesOf } from '../representation.ts';
import { announcedOffset } from '../resources/announced.ts';
import {
  definitionByElement,
  definitionFor,
  definitionOf,
  mayHold,
  type ResourceDefinition,
} from '../resources/index.ts';
import { ofInfrastructure } from '../resources/infrastructure-types.ts';
import { checkCreate, representationIn } from '../resources/validate.ts';
import { childOf, holdsInstances, isInstance, type Resource, readInstanceId } from '../store/resource.ts';
import { dataGenerationKey } from '../time-series/data-generation-time.ts';
import { nowTimestamp } from '../timestamp.ts';
import { authorize, checkAttributes } from './authorize.ts';
import type { Answer, Call, Context } from './context.ts';
import { effectsOf, type Surroundings, surroundingsOf, withEffects } from './effects.ts';
import { expirationTime } from './expiration.ts';
import { deleteResource } from './own-delete.ts';
import { differences, represent } from './result.ts';
import { rulesOf } from './rules.ts';
import { flexContainerIn } from './specialization.ts';
import { findTarget } from './target.ts';

const aeType = 2;
const cseBaseType = 5;
const subscriptionType = 23;
const flexContainerType = 28;
const timeSeriesType = 29;
/** Keeps every path within what an index entry can hold. */
const pathLengthMax = 2000;

/** CREATE, TS-0004 §7.3.3.5; each line is a step of §7.2.2.2. */
export async function create(context: Context, call: Call): Promise<Answer> {
  const { request, asker } = call;
  const type = request.ty ?? 0;
  const { resource: parent, virtual } = await findTarget(context, request.to);
  if (virtual !== undefined)
    throw new Refused('OPERATION_NOT_ALLOWED', `to: nothing can be created under the virtual resource ${virtual}`);
  if (type === aeType && parent.ty === cseBaseType) await checkServiceSubscription(context, call, asker.originator);
  const unasked = registers(type) || handsOver(request) || mayAnnounce(asker, type, request.pc, parent);
  if (registersCse(request)) checkCseRegistration(context, asker, call.session);
  if (handsOver(request)) await checkHandOver(context, asker, call.session);
  const grant = unasked ? everything : await authorize(context, call, right.create, parent, type);
  if (context.settings.type !== 'IN' && ofInfrastructure.has(type)) {
    throw new Refused('OPERATION_NOT_ALLOWED', `ty: <${definitionOf(type)?.longName}> exists on the IN-CSE only`);
  }
  const definition = definitionOfChild(parent, type, request.pc);
  const given = representationIn(request.pc, definition);
  checkCreate(definition, given);
  checkAttributes(grant, call, Object.keys(given));
  checkName(parent, definition, given, context.settings.depthMax);
  await checkNumber(context, parent, definition);
  if (concernsAnnouncement(given)) await checkAnnouncement(context, definition, given, parent);
  return isInstance(type)
    ? createInstance(context, call, parent, given)
    : register(context, call, parent, definition, given);
}

/** TS-0004 §7.3.3.3, first steps. */
function definitionOfChild(parent: Resource, type: number, content: JsonObject | undefined): ResourceDefinition {
  const shared = definitionOf(type);
  if (shared === undefined) throw badRequest(`ty: ${type} is not a resource type`);
  if (!shared.creatable) throw new Refused('OPERATION_NOT_ALLOWED', `ty: <${shared.longName}> is made by the CSE only`);
  const definition = specializationIn(content, shared);
  const holder = definitionFor(parent);
  if (holder === undefined || !mayHold(holder, definition)) {
    const status = type === subscriptionType ? 'TARGET_NOT_SUBSCRIBABLE' : 'INVALID_CHILD_RESOURCE_TYPE';
    throw new Refused(status, `ty: <${holder?.longName}> cannot have a <${definition.longName}> child`);
  }
  return definition;
}

/** A specialized type is told by its root element: `m2m:fwr` is a <mgmtObj>, `cod:lock` a <flexContainer>. */
function specializationIn(content: JsonObject | undefined, shared: ResourceDefinition): ResourceDefinition {
  const [element = ''] = Object.keys(content ?? {});
  if (shared.type % announcedOffset === flexContainerType) return flexContainerIn(content, element, shared);
  const named = definitionByElement(element);
  return named?.type === shared.type ? named : shared;
}

/** Some children exist once, or a few times, below one parent. */
async function checkNumber({ store }: Context, parent: Resource, definition: ResourceDefinition): Promise<void> {
  const atMost = definition.atMost[definitionFor(parent)?.family ?? ''];
  if (atMost === undefined || (await store.numberOfChildren(parent, definition)) < atMost) return;
  throw new Refused('CONFLICT', `ty: ${parent.path} has ${atMost} <${definition.longName}>, which is all it may have`);
}

function checkName(parent: Resource, definition: ResourceDefinition, { rn }: JsonObject, depthMax: number): void {
  if (parent.depth + 1 > depthMax) throw badRequest(`to: resources can be nested ${depthMax} deep`);
  if (typeof rn !== 'string') return;
  const name = nameBelow(parent, definition) ?? rn;
  if (rn !== name) throw badRequest(`rn: "${name}" is the name of a <${definition.longName}> here, found "${rn}"`);
  if (parent.path.length + rn.length + 1 > pathLengthMax)
    throw badRequest(`rn: the address would be longer than ${pathLengthMax} characters`);
  if (definitionFor(parent)?.virtualChildren.includes(rn)) {
    throw new Refused('CONFLICT', `rn: "${rn}" is the name of a virtual resource of ${parent.path}`);
  }
  if (holdsInstances(parent.ty) && readInstanceId(rn) !== undefined) {
    throw new Refused('CONFLICT', `rn: names of the form "${rn}" are given by the CSE`);
  }
}

async function createInstance(context: Context, call: Call, container: Resource, given: JsonObject): Promise<Answer> {
  const { asker, request } = call;
  const { rn, et: askedEt, lbl, cr, ...rest } = given;
  const con = rest.con ?? '';
  const cs = Buffer.byteLength(typeof con === 'string' ? con : JSON.stringify(con));
  const { mbs, mia } = container.attributes;
  if (typeof mbs === 'number' && cs > mbs) {
    throw new Refused('NOT_ACCEPTABLE', `con: ${cs} bytes are more than mbs (maxByteSize) ${mbs} of ${container.path}`);
  }
  const ct = nowTimestamp();
  const et = expirationTime(askedEt, container, typeof mia === 'number' ? mia : undefined);
  const kept: JsonObject = {
    ...(lbl === undefined ? {} : { lbl }),
    ...(cr === undefined ? {} : { cr: asker.originator }),
    ...rest,
  };
  const surroundings: Surroundings = {
    ancestors: [container, ...(await context.store.ancestors(container))],
    toParent: await context.store.subscriptionsOf(container.no),
    toSelf: [],
  };
  let attributes: JsonObject = {};
  const outcome = await context.committer.submit({
    kind: 'append',
    container,
    rn: typeof rn === 'string' ? rn : null,
    ct,
    et,
    cs,
    lbl: Array.isArray(lbl) ? lbl.map(String) : null,
    body: JSON.stringify(kept),
    ...(container.ty === timeSeriesType ? { dgt: dataGenerationKey(String(rest.dgt)) } : {}),
    effects: (stored) => {
      attributes = attributesOf(stored);
      return effectsOf(context, 'created', stored, asker.originator, attributes, surroundings);
    },
  });
  if (!outcome.done || outcome.stored === undefined) {
    if (!outcome.done && outcome.why === 'taken') throw nameTaken(container, rn);
    if (!outcome.done && outcome.why === 'known') {
      throw new Refused('CONFLICT', `dgt: ${container.path} has data generated at ${String(rest.dgt)} already`);
    }
    throw new Refused('NOT_FOUND', `to: ${container.path} has just been deleted`);
  }
  return created(request.rcn, outcome.stored, await announced(context, outcome.stored, attributes), given);
}

/** Finds the identifier of a resource and makes it; an AE that could not be made is not known to the IN-CSE either. */
async function register(
  context: Context,
  call: Call,
  parent: Resource,
  definition: ResourceDefinition,
  given: JsonObject,
): Promise<Answer> {
  const no = await context.numbers.next();
  const ri = await identifierFor(context, call, definition, given, no);
  if (definition.type !== aeType) return createResource(context, call, parent, definition, given, { no, ri });
  try {
    return await createResource(context, call, parent, definition, given, { no, ri });
  } catch (error) {
    if (!isAlreadyRegistered(error)) await retire(context, ri);
    throw error;
  }
}

async function createResource(
  context: Context,
  call: Call,
  parent: Resource,
  definition: ResourceDefinition,
  given: JsonObject,
  { no, ri }: { readonly no: number; readonly ri: string },
): Promise<Answer> {
  const asker = definition.type === aeType ? { ...call.asker, originator: ri } : call.asker;
  const rn = typeof given.rn === 'string' ? given.rn : (nameBelow(parent, definition) ?? ri);
  const { rn: _rn, cr, ...rest } = given;
  const now = nowTimestamp();
  const attributes: JsonObject = {
    ct: now,
    lt: now,
    et: expirationTime(given.et, parent),
    ...(cr === undefined ? {} : { cr: asker.originator }),
  };
  for (const [name, value] of Object.entries(rest)) if (name !== 'et') attributes[name] = value;
  await checkPolicies(context, attributes);
  const rules = rulesOf(definition.type);
  await rules.create?.(context, { parent, definition, attributes, asker, ri });
  const resource = childOf(parent, { no, ty: definition.type, ri, rn, creator: asker.originator, attributes });
  if (holdsInstances(parent.ty) && (await context.store.instanceByName(parent, rn)) !== undefined)
    throw nameTaken(parent, rn);
  const surroundings = await surroundingsOf(context, resource, true);
  const { append } = rules.instances?.(resource, undefined, { given, originator: asker.originator }) ?? {};
  let all: JsonObject = {};
  const outcome = await context.committer.submit({
    kind: 'create',
    resource,
    ...withEffects(context, append, resource, asker.originator, surroundings),
    effects: (counters) => {
      all = attributesOf(resource, counters);
      return effectsOf(context, 'created', resource, asker.originator, all, surroundings);
    },
  });
  if (!outcome.done) {
    if (registers(definition.type) && (await context.store.byRi(ri)) !== undefined) throw alreadyRegistered(ri);
    throw nameTaken(parent, rn);
  }
  await complete();
  const completed = rules.created === undefined ? undefined : await context.store.byNumber(no);
  if (completed !== undefined && completed.version > resource.version) all = { ...all, ...completed.attributes };
  return created(call.request.rcn, resource, await announced(context, resource, all), given);

  /** What belongs to the resource is made after it; when that fails, neither stays. */
  async function complete(): Promise<void> {
    try {
      await rules.created?.(context, resource, asker);
    } catch (error) {
      await deleteResource(context, resource, context.names.cseId);
      throw error;
    }
  }
}

/** Announces a new resource that asks for it. @returns its attributes, with the addresses of what was announced in `at` */
async function announced(context: Context, resource: Resource, attributes: JsonObject): Promise<JsonObject> {
  if (attributes.at === undefined) return attributes;
  const { at = [] } = (await context.announcements.settle(resource, undefined)).attributes;
  return { ...attributes, at };
}

/** Every `acpi` entry has to lead to a policy; one that does not would lock the resource (TS-0001 §9.6.1.3.2). */
export async function checkPolicies({ access }: Context, { acpi }: JsonObject): Promise<void> {
  for (const reference of Array.isArray(acpi) ? acpi : []) {
    if (!(await access.isPolicy(String(reference)))) {
      throw badRequest(`acpi (accessControlPolicyIDs): ${String(reference)} is not an access control policy`);
    }
  }
}

/** Name the standard gives a child below this parent. */
const nameBelow = (parent: Resource, definition: ResourceDefinition): string | undefined =>
  definition.nameBelow[definitionFor(parent)?.family ?? ''];

/** Response by result content, TS-0001 §8.1.2. */
function created(rcn: number | undefined, resource: Resource, attributes: JsonObject, given: JsonObject): Answer {
  const rsc = 2001;
  switch (rcn) {
    case 0:
      return { rsc };
    case 2:
      return { rsc, pc: { 'm2m:uri': resource.path } };
    case 3:
      return { rsc, pc: { 'm2m:rce': { ...represent(resource, attributes), uri: resource.path } } };
    case 9:
      return { rsc, pc: represent(resource, differences(given, attributes)) };
    default:
      return { rsc, pc: represent(resource, attributes) };
  }
}

const nameTaken = (parent: Resource, rn: unknown): Refused =>
  new Refused('CONFLICT', `rn: ${parent.path} has a child "${String(rn)}" already`);

const isAlreadyRegistered = (error: unknown): boolean =>
  error instanceof Refused && error.status === 'ORIGINATOR_HAS_ALREADY_REGISTERED';
