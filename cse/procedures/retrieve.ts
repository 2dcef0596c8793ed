import { messageOf } from '#platform';
import { everything, type Grant } from '../access/access.ts';
import { right } from '../access/rule.ts';
import { refreshLocation } from '../location/positioning.ts';
import { tellWhenEmpty } from '../notifications/empty-retrieval.ts';
import type { Json, JsonObject } from '../primitive.ts';
import { badRequest, Refused } from '../refusal.ts';
import { elementOf } from '../representation.ts';
import { definitionFor } from '../resources/index.ts';
import { statusName } from '../response-status.ts';
import { semanticQuery } from '../semantics/query.ts';
import type { Resource } from '../store/resource.ts';
import { authorize, checkAttributes, checkConditions, within } from './authorize.ts';
import type { Answer, Call, Context } from './context.ts';
import { type Filter, readFilter } from './filter.ts';
import { matches, permissions } from './judge.ts';
import { addressOf, type Listing, listBelow, nest, referencesTo } from './listing.ts';
import { currentAttributes, represent } from './result.ts';
import { findTarget, refuseDisabledRetrieval, virtualInstance } from './target.ts';

const aeType = 2;
const ipeTimeoutMs = 10_000;
const unfiltered: Filter = { usage: 'condition', stored: [], judged: [], join: 'all', offset: 1 };

/** RETRIEVE and discovery, TS-0004 §7.3.3.6, §7.3.3.14. */
export async function retrieve(context: Context, call: Call): Promise<Answer> {
  const { request, asker } = call;
  const target = await findTarget(context, request.to);
  if (request.sqi === true) return semanticQuery(context, call, target.resource);
  const filter = readFilter(request.fc, context.settings.filterValuesMax);
  if (filter?.usage === 'discovery') return discover(context, call, target.resource, filter);
  if (filter?.usage === 'IPE discovery') return discoverWithIpe(context, call, target.resource, filter);
  const { resource: addressed, virtual } = target;
  const grant = await authorize(context, call, right.retrieve, addressed);
  checkConditions(grant, call);
  const names = attributeNames(request.pc, target.attribute);
  if (virtual !== undefined && addressed.attributes.disr === true) {
    throw new Refused('OPERATION_NOT_ALLOWED', `disr (disableRetrieval) of ${addressed.path} forbids this`);
  }
  if (virtual === 'la' && addressed.attributes.li !== undefined) await refreshLocation(context, addressed);
  const resource = virtual === undefined ? addressed : await virtualInstance(context, addressed, virtual);
  await refuseDisabledRetrieval(context, resource);
  if (request.rcn === 7) return original(context, call, resource, names);
  if (names !== undefined) {
    checkAttributes(grant, call, names);
    return partial(context, resource, names, request.rcn);
  }
  if (request.rcn === 4 || request.rcn === 8) await tellWhenEmpty(context, asker, resource);
  return content(context, call, resource, filter, grant);
}

/** The result a RETRIEVE, or a DELETE about to happen, shows (TS-0001 §8.1.2). */
export async function content(
  context: Context,
  call: Call,
  resource: Resource,
  filter?: Filter,
  grant: Grant = everything,
): Promise<Answer> {
  const { rcn = 1, drt } = call.request;
  // Without children in the result, the filter asks about the target itself.
  if ((rcn === 1 || rcn === 12) && filter !== undefined && !(await matches(context, call.asker, resource, filter)))
    throw noMatch(resource);
  const rsc = 2000;
  const attributes = (): Promise<JsonObject> => currentAttributes(context.store, resource);
  if (rcn === 1) return { rsc, pc: represent(resource, within(grant, await attributes())) };
  if (rcn === 12) {
    const acop = await permissions(context, call.asker, resource);
    return { rsc, pc: { 'm2m:acr': { acor: [call.asker.originator], acop } } };
  }
  const withRepresentations = rcn === 4 || rcn === 8;
  const listing = await listBelow(
    context,
    call,
    resource,
    filter ?? unfiltered,
    right.retrieve,
    withRepresentations ? context.settings.representationsMax : undefined,
  );
  const status = partialStatus(listing);
  if (rcn === 6) return { rsc, pc: { 'm2m:rrl': { rrf: referencesTo(listing.resources, drt) } }, ...status };
  const shown: JsonObject = rcn === 8 ? {} : within(grant, await attributes());
  if (rcn === 5) shown.ch = referencesTo(listing.resources, drt);
  else await nest(context, resource, listing.resources, shown);
  return { rsc, pc: { [elementOf(resource)]: shown }, ...status };
}

/** `fu=1`: addresses of what matches. Who may discover nothing gets an empty list (TS-0001 §10.2.6). */
async function discover(context: Context, call: Call, root: Resource, filter: Filter): Promise<Answer> {
  const { rcn, drt } = call.request;
  for (const condition of filter.judged)
    if (condition.kind === 'semantics')
      for (const query of condition.queries) await context.semantics.checkQuery(query);
  const listing = await listBelow(context, call, root, filter, right.discover);
  const pc: JsonObject =
    rcn === undefined || rcn === 11
      ? { 'm2m:uril': listing.resources.map((resource) => addressOf(resource, drt)) }
      : { 'm2m:rrl': { rrf: referencesTo(listing.resources, drt) } };
  return { rsc: 2000, pc, ...partialStatus(listing) };
}

/**
 * `fu=3`: when nothing matches below an AE that interworks with another technology, it is asked to look there and to
 * create what it finds (TS-0004 §7.3.3.14, §7.5.1.2.9).
 */
async function discoverWithIpe(context: Context, call: Call, ae: Resource, filter: Filter): Promise<Answer> {
  if (ae.ty !== aeType) throw badRequest(`fu: 3 (IPE on-demand discovery) is asked of an <AE>, ${ae.path} is none`);
  const found = await discover(context, call, ae, filter);
  const [list] = Object.values(found.pc ?? {});
  if (
    Array.isArray(list)
      ? list.length > 0
      : Object.values(list ?? {}).some((item) => Array.isArray(item) && item.length > 0)
  )
    return found;
  const { fc = {} } = call.request;
  const request = { 'm2m:sgn': { sur: ae.path, idr: { or: call.asker.originator, fc: { ...fc } } } };
  const { rsc } = await context.targets
    .send(ae.ri, request, AbortSignal.timeout(ipeTimeoutMs))
    .catch((error: unknown) => {
      throw new Refused('DISCOVERY_DENIED_BY_IPE', `fu: ${ae.path} does not answer: ${messageOf(error)}`, {
        cause: error,
      });
    });
  if (rsc !== 2000) throw new Refused('DISCOVERY_DENIED_BY_IPE', `fu: ${ae.path} answered ${statusName(rsc) ?? rsc}`);
  return discover(context, call, ae, filter);
}

/** Content status and offset, when something was left out (TS-0001 §8.1.2). */
const partialStatus = ({ nextOffset }: Listing): Pick<Answer, 'cnst' | 'cnot'> =>
  nextOffset === undefined ? {} : { cnst: 1, cnot: nextOffset };

/** Names asked for by `m2m:atrl` or by `#name` in the address (TS-0004 §7.3.3.6). */
function attributeNames(pc: JsonObject | undefined, fragment: string | undefined): string[] | undefined {
  if (fragment !== undefined) return [fragment];
  if (pc === undefined || Object.keys(pc).length === 0) return undefined;
  const list: Json | undefined = pc['m2m:atrl'];
  if (
    Object.keys(pc).length > 1 ||
    !Array.isArray(list) ||
    list.length === 0 ||
    !list.every((name) => typeof name === 'string')
  ) {
    throw badRequest('pc: a RETRIEVE may only hold "m2m:atrl", a list of attribute names');
  }
  return list;
}

/** Result content 7: what an announced resource stands for, as its own CSE shows it to the originator (TS-0004 §7.3.3.12). */
async function original(context: Context, call: Call, resource: Resource, names?: readonly string[]): Promise<Answer> {
  const { lnk } = resource.attributes;
  if (typeof lnk !== 'string')
    throw badRequest(`rcn: 7 (original resource) is asked of an announced resource, ${resource.path} is none`);
  const { fr, fc, drt, ...request } = call.request;
  const content = names === undefined ? {} : { pc: { 'm2m:atrl': [...names] } };
  return context.perform({ ...request, ...content, fr: call.asker.originator, to: lnk, rcn: 1 }, call.asker);
}

async function partial(
  { store }: Context,
  resource: Resource,
  names: string[],
  rcn: number | undefined,
): Promise<Answer> {
  if (rcn !== undefined && rcn !== 1)
    throw badRequest(`rcn: 1 is expected when single attributes are asked for, found ${rcn}`);
  const definition = definitionFor(resource);
  const unknown = names.find((name) => definition === undefined || !Object.hasOwn(definition.attributes, name));
  if (unknown !== undefined) throw badRequest(`atrl: "${unknown}" is not an attribute of <${definition?.longName}>`);
  const attributes = await currentAttributes(store, resource);
  const chosen: JsonObject = {};
  for (const name of names) {
    const value = attributes[name];
    if (value !== undefined) chosen[name] = value;
  }
  return { rsc: 2000, pc: represent(resource, chosen) };
}

export const noMatch = (resource: Resource): Refused =>
  new Refused('NOT_FOUND', `fc: ${resource.path} does not meet the filter criteria`);
