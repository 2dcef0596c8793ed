import { right } from '../access/rule.ts';
import type { Json } from '../primitive.ts';
import type { Answer, Call, Context } from '../procedures/context.ts';
import { badRequest } from '../refusal.ts';
import { semanticDescriptor } from '../resources/semantic-descriptor.ts';
import type { Resource } from '../store/resource.ts';
import { search } from '../store/search.ts';
import { descriptionIn } from './descriptor.ts';
import type { RdfDocument } from './rdf-format.ts';

/**
 * A semantic query (`sqi`, `rcn` 10): SPARQL over all descriptions below the target that the originator may retrieve
 * (TS-0004 §7.3.3.19.1).
 */
export async function semanticQuery(context: Context, { request, asker }: Call, root: Resource): Promise<Answer> {
  const sparql = queryIn(request.fc?.smf);
  await context.semantics.checkQuery(sparql);
  const documents: RdfDocument[] = [];
  const ofDescriptors = { kind: 'types', of: 'self', types: [semanticDescriptor.type] } as const;
  for await (const { resource } of search(
    context.store,
    { root },
    { stored: [ofDescriptors], join: 'all', only: true },
  ))
    if (await context.access.permits(asker, right.retrieve, resource))
      documents.push(descriptionIn(resource.attributes));
  return { rsc: 2000, pc: { 'm2m:qres': await context.semantics.query(sparql, documents) } };
}

/** The one SPARQL request of a semantic query. @throws Refused BAD_REQUEST */
export function queryIn(smf: Json | undefined): string {
  const [sparql, ...others] = Array.isArray(smf) ? smf : [smf];
  if (typeof sparql !== 'string' || sparql === '' || others.length > 0)
    throw badRequest('smf (semanticsFilter): one SPARQL request is expected');
  return sparql;
}
