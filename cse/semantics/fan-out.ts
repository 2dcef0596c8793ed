import { right } from '../access/rule.ts';
import { type JsonObject, operation } from '../primitive.ts';
import type { Answer, Call, Context } from '../procedures/context.ts';
import type { VirtualProcedure, VirtualTarget } from '../procedures/virtual-target.ts';
import { badRequest, Refused } from '../refusal.ts';
import { semanticDescriptor } from '../resources/semantic-descriptor.ts';
import { descriptionIn, retrieve } from './descriptor.ts';
import { queryIn } from './query.ts';
import type { RdfDocument } from './rdf-format.ts';

/**
 * <semanticFanOutPoint>: a semantic query, or a semantic discovery, over the descriptions of the members of a group, on
 * whatever CSE they are (TS-0004 §7.4.35).
 */
export const semanticFanOut: VirtualProcedure = async (
  context,
  call,
  { parent, rest }: VirtualTarget,
): Promise<Answer> => {
  const { request, asker } = call;
  if (rest !== '') throw badRequest('to: nothing is expected behind /sfop');
  const sparql = queryIn(request.fc?.smf);
  await context.semantics.checkQuery(sparql);
  const policies = parent.attributes.macp ?? parent.attributes.acpi;
  const governed = {
    ...parent,
    attributes: { ...parent.attributes, ...(policies === undefined ? {} : { acpi: policies }) },
  };
  if (!(await context.access.permits(asker, right.retrieve, governed)))
    throw new Refused(
      'ORIGINATOR_HAS_NO_PRIVILEGE',
      `${asker.originator} may not RETRIEVE the members of ${parent.path}`,
    );
  const members = Array.isArray(parent.attributes.mid) ? parent.attributes.mid.map(String) : [];
  if (members.length === 0) throw new Refused('NO_MEMBERS', `to: ${parent.path} has no members`);
  const described: { member: string; documents: RdfDocument[] }[] = [];
  for (const member of members) described.push({ member, documents: await descriptionsAt(context, call, member) });
  if (request.sqi === true) {
    const documents = described.flatMap((item) => item.documents);
    return { rsc: 2000, pc: { 'm2m:qres': await context.semantics.query(sparql, documents) } };
  }
  const matching: string[] = [];
  for (const { member, documents } of described)
    if (documents.length > 0 && (await context.semantics.matches(sparql, documents))) matching.push(member);
  return { rsc: 2000, pc: { 'm2m:uril': matching } };
};

/** Descriptions of a member: its own when it is one, otherwise those of its <semanticDescriptor> children. */
async function descriptionsAt(context: Context, { asker }: Call, member: string): Promise<RdfDocument[]> {
  const own = await retrieve(context, asker, member, semanticDescriptor.element);
  if (own !== undefined) return [descriptionIn(own)];
  const { pc } = await context.perform(
    {
      op: operation.retrieve,
      to: member,
      fr: asker.originator,
      rqi: `sfop-${member}`.slice(0, 250),
      rvi: '3',
      rcn: 8,
      fc: { ty: [semanticDescriptor.type], lvl: 1 },
    },
    asker,
  );
  const shown = Object.values(pc ?? {})[0];
  const children =
    typeof shown === 'object' && shown !== null && !Array.isArray(shown)
      ? shown[semanticDescriptor.element]
      : undefined;
  return Array.isArray(children) ? children.map((child) => descriptionIn(child as JsonObject)) : [];
}
