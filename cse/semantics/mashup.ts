import type { Asker } from '../access/access.ts';
import { right } from '../access/rule.ts';
import { type JsonObject, operation } from '../primitive.ts';
import type { Context } from '../procedures/context.ts';
import { createOwn } from '../procedures/own-create.ts';
import { represent } from '../procedures/result.ts';
import type { VirtualProcedure } from '../procedures/virtual-target.ts';
import { badRequest, Refused } from '../refusal.ts';
import { attributesOf } from '../representation.ts';
import { mashupMemberStoreType, semanticFormat } from '../resources/enumerations.ts';
import { semanticMashupJobProfile } from '../resources/semantic-mashup-job-profile.ts';
import { semanticMashupResult } from '../resources/semantic-mashup-result.ts';
import type { Resource } from '../store/resource.ts';
import { retrieve } from './descriptor.ts';
import { functionNamed, functionQuery } from './mashup-function.ts';
import { type RdfDocument, readDocument } from './rdf-format.ts';

interface Member {
  readonly muri: string;
  readonly mvl?: number;
}

const membersMax = 200;

/** A descriptor attribute of a job profile or instance: always RDF/XML (TS-0004 §7.4.49). */
export const rdfXmlIn = (content: unknown, name: string): RdfDocument =>
  readDocument(content, semanticFormat.of.rdfXml, [name, name]);

/** The job profile an instance follows. @throws Refused BAD_REQUEST */
export async function profileOf(context: Context, asker: Asker, { mjid }: JsonObject): Promise<JsonObject> {
  const profile =
    typeof mjid === 'string' ? await retrieve(context, asker, mjid, semanticMashupJobProfile.element) : undefined;
  if (profile === undefined)
    throw badRequest(`mjid (smjpID): ${String(mjid)} is not a <semanticMashupJobProfile> that can be retrieved`);
  return profile;
}

/**
 * The members of a mashup: those that were given, or what the profile's filter finds below the CSEBase, with their values
 * when the instance stores them (TS-0004 §7.4.50.2.1 d to f).
 *
 * @throws Refused MASHUP_MEMBER_NOT_FOUND
 */
export async function membersOf(
  context: Context,
  asker: Asker,
  attributes: JsonObject,
  profile: JsonObject,
): Promise<Member[]> {
  const addresses = givenMembers(attributes) ?? (await discovered(context, asker, String(profile.mbft)));
  if (addresses.length === 0)
    throw new Refused('MASHUP_MEMBER_NOT_FOUND', 'mbft (memberFilter): no resource qualifies as a member');
  const withValues = attributes.mst === mashupMemberStoreType.of.uriAndValue;
  return Promise.all(
    addresses.map(async (muri) => (withValues ? { muri, mvl: await valueAt(context, asker, muri) } : { muri })),
  );
}

function givenMembers({ msm }: JsonObject): string[] | undefined {
  const members = (msm as { msm?: Member[] } | undefined)?.msm;
  return members?.map(({ muri }) => muri);
}

async function discovered({ perform, names }: Context, asker: Asker, filter: string): Promise<string[]> {
  const { rsc, pc } = await perform(
    {
      op: operation.retrieve,
      to: names.cseName,
      fr: asker.originator,
      rqi: 'mashup',
      rvi: '3',
      fc: { fu: 1, smf: [filter], lim: membersMax },
    },
    asker,
  );
  const found = rsc === 2000 ? pc?.['m2m:uril'] : [];
  return Array.isArray(found) ? found.map(String) : [];
}

/** Newest number in a container, or the content of an instance. @throws Refused MASHUP_MEMBER_NOT_FOUND */
async function valueAt(context: Context, asker: Asker, address: string): Promise<number> {
  const instance =
    (await retrieve(context, asker, address, 'm2m:cin')) ??
    (await retrieve(context, asker, `${address}/la`, 'm2m:cin'));
  const value = Number(
    typeof instance?.con === 'string' || typeof instance?.con === 'number' ? instance.con : Number.NaN,
  );
  if (!Number.isFinite(value))
    throw new Refused('MASHUP_MEMBER_NOT_FOUND', `msm (mashupMember): ${address} has no number as its newest content`);
  return value;
}

/** Computes a result from the members' newest values, and keeps it below the instance (TS-0004 §7.4.51.2.2). */
export async function generateResult(context: Context, asker: Asker, instance: Resource): Promise<Resource> {
  const profile = await profileOf(context, asker, instance.attributes);
  const members = await membersOf(
    context,
    asker,
    { ...instance.attributes, mst: mashupMemberStoreType.of.uriAndValue },
    profile,
  );
  const descriptor = rdfXmlIn(profile.fucd, 'fucd');
  const named = (await context.semantics.query(functionQuery, [descriptor])) as {
    results: { bindings: { name: { value: string } }[] };
  };
  const compute = functionNamed(named.results.bindings.map(({ name }) => name.value));
  const result = compute(members.map(({ mvl = 0 }) => mvl));
  const content = {
    ...(instance.attributes.jpin === undefined ? {} : { jpin: instance.attributes.jpin }),
    mrf: ['json'],
    mrt: Buffer.from(JSON.stringify({ result, members })).toString('base64'),
  };
  return createOwn(context, instance, semanticMashupResult, content, instance.creator);
}

/** <mashup>: a RETRIEVE computes a result and shows it. */
export const mashup: VirtualProcedure = async (context, { asker }, { parent }) => {
  if (!(await context.access.permits(asker, right.retrieve, parent)))
    throw new Refused('ORIGINATOR_HAS_NO_PRIVILEGE', `${asker.originator} may not RETRIEVE ${parent.path}`);
  const result = await generateResult(context, asker, parent);
  return { rsc: 2000, pc: represent(result, attributesOf(result)) };
};
