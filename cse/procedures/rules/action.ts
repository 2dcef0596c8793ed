import type { Asker } from '../../access/access.ts';
import { type Right, right } from '../../access/rule.ts';
import { type Criteria, checkCriteria } from '../../actions/criteria.ts';
import { forgetFirings } from '../../actions/firings.ts';
import { findSubject } from '../../actions/subject.ts';
import { aeStem, readAddress } from '../../address.ts';
import type { JsonObject, RequestPrimitive } from '../../primitive.ts';
import { badRequest } from '../../refusal.ts';
import { evalMode } from '../../resources/enumerations.ts';
import type { Resource } from '../../store/resource.ts';
import type { Context } from '../context.ts';
import { checkPrimitive, operationName } from '../primitive-check.ts';
import type { TypeRules } from '../type-rules.ts';

const dependencyType = 66;
const { periodic, continuous } = evalMode.of;

/** <action>, release 4. */
export const actionRules: TypeRules = {
  async create(context, { parent, attributes, asker }) {
    checkMode(context, attributes, attributes);
    await checkSubject(context, attributes, parent, asker);
    await checkAction(context, attributes, asker);
  },
  async update(context, { resource, given, attributes, asker }) {
    checkMode(context, given, attributes);
    if (given.sri !== undefined || given.evc !== undefined) {
      const parent = await context.store.byNumber(resource.parentNo ?? 0);
      await checkSubject(context, attributes, parent, asker);
    }
    if (['orc', 'apv', 'ipu'].some((name) => given[name] !== undefined)) await checkAction(context, attributes, asker);
    if (given.dep !== undefined) await checkDependencies(context, resource, attributes);
    if (given.evm !== undefined || given.ecp !== undefined) await forgetFirings(context.store.pool, resource.no);
  },
};

/** `ecp` means a period or a number of times, and nothing in the other modes. */
function checkMode({ settings }: Context, given: JsonObject, attributes: JsonObject): void {
  const { evm } = attributes;
  if (evm === periodic) attributes.ecp ??= settings.actionPeriodMs;
  else if (evm === continuous) attributes.ecp ??= settings.actionTimes;
  else if (typeof given.ecp === 'number')
    throw badRequest(`ecp (evalControlParam) goes with evm 2 (periodic) and 3 (continuous), not with ${String(evm)}`);
  else delete attributes.ecp;
}

async function checkSubject(
  context: Context,
  { sri, evc }: JsonObject,
  parent: Resource | undefined,
  asker: Asker,
): Promise<void> {
  const reference = typeof sri === 'string' ? sri : (parent?.ri ?? '');
  const subject = await findSubject(context, 'sri (subjectResourceID)', reference);
  if (!(await context.access.permits(asker, right.retrieve, subject.resource)))
    throw badRequest(`sri (subjectResourceID): ${asker.originator} may not RETRIEVE ${subject.resource.path}`);
  checkCriteria('evc', evc as unknown as Criteria, subject.definition);
}

/** The primitive has to be one its originator could send now; its rights are asked again whenever it is executed. */
async function checkAction(context: Context, { orc, apv, ipu }: JsonObject, asker: Asker): Promise<void> {
  const primitive = apv as unknown as RequestPrimitive;
  if (typeof primitive.fr !== 'string' || aeStem(primitive.fr, context.names) !== asker.originator)
    throw badRequest(`apv/fr: the originator ${asker.originator} is expected, found ${JSON.stringify(primitive.fr)}`);
  await checkPrimitive({ ...primitive, to: String(orc), rqi: String(primitive.rqi ?? 'apv') }, () => {});
  await checkObject(context, String(orc), primitive, asker);
  if (ipu !== undefined) checkInput(ipu as JsonObject, primitive);
}

async function checkObject(context: Context, orc: string, { op, ty }: RequestPrimitive, asker: Asker): Promise<void> {
  // What another CSE holds is checked there, when the primitive arrives.
  if (!readAddress(orc, context.names).local) return;
  const wanted = orc.replace(/\/(la|ol|fopt(\/.*)?)$/, '');
  const object = await context.targets.resourceAt(wanted);
  if (object === undefined) throw badRequest(`orc (objectResourceID): ${orc} is not a resource of this CSE`);
  const name = operationName(op) ?? 'retrieve';
  const asked: Right = right[name];
  if (wanted === orc && !(await context.access.permits(asker, asked, object, ty)))
    throw badRequest(`orc (objectResourceID): ${asker.originator} may not ${name.toUpperCase()} ${object.path}`);
}

function checkInput({ cstr, rsid, raid }: JsonObject, { pc }: RequestPrimitive): void {
  if (cstr === undefined || rsid === undefined || raid === undefined)
    throw badRequest('ipu (input): cstr, rsid and raid are expected together');
  if (typeof Object.values(pc ?? {})[0] !== 'object')
    throw badRequest('ipu (input): apv has no content that a value could be put into');
}

async function checkDependencies(context: Context, action: Resource, { dep }: JsonObject): Promise<void> {
  for (const reference of Array.isArray(dep) ? dep.map(String) : []) {
    const dependency = await context.targets.resourceAt(reference);
    if (dependency?.ty !== dependencyType || dependency.parentNo !== action.no)
      throw badRequest(`dep (dependencies): ${reference} is not a <dependency> child of ${action.path}`);
  }
}
