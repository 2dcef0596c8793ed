import type { Asker } from '../access/access.ts';
import type { right } from '../access/rule.ts';
import { type JsonObject, operation } from '../primitive.ts';
import type { Context } from '../procedures/context.ts';
import { Refused } from '../refusal.ts';
import { semanticDescriptor } from '../resources/semantic-descriptor.ts';
import type { Resource } from '../store/resource.ts';
import { type RdfDocument, readDocument } from './rdf-format.ts';

/** Descriptions that belong together, with the ontologies they refer to. */
export interface Descriptions {
  readonly documents: RdfDocument[];
  readonly ontologies: RdfDocument[];
}

const linkedMax = 50;
const descriptorElement = semanticDescriptor.element;
const ontologyElement = 'm2m:ont';
const retrievalMs = 5_000;

/** The annotation that links one description to another (TS-0004 §7.3.3.18.1), whatever namespace it is written in. */
const linksQuery = `SELECT DISTINCT ?link WHERE { ?s ?p ?link FILTER (ISIRI(?link) && STRENDS(STR(?p), "resourceDescriptorLink")) }`;

export const descriptionIn = ({ dsp, dcrp }: JsonObject): RdfDocument => readDocument(dsp, dcrp, ['dsp', 'dcrp']);

/** <semanticDescriptor> children of a resource that somebody has a right to. */
export async function descriptorsOf(
  { store, access }: Context,
  resource: Resource,
  asker: Asker,
  asked: typeof right.discover | typeof right.retrieve,
): Promise<Resource[]> {
  const permitted: Resource[] = [];
  for (const descriptor of await store.childrenOfType(resource, semanticDescriptor.type))
    if (await access.permits(asker, asked, descriptor)) permitted.push(descriptor);
  return permitted;
}

/**
 * A description and all it is linked to, by `rels` or by annotation, step by step (TS-0004 §7.3.3.18.1 and .2, §7.4.34.2.1).
 *
 * @param required whether every link has to lead somewhere, as for a validation; otherwise what cannot be seen is left out
 * @throws Refused LINKED_SEMANTICS_NOT_AVAILABLE, ONTOLOGY_NOT_AVAILABLE
 */
export async function linkedDescriptions(
  context: Context,
  asker: Asker,
  attributes: JsonObject,
  required: boolean,
): Promise<Descriptions> {
  const found: Descriptions = { documents: [], ontologies: [] };
  const seen = new Set<string>();
  const waiting: JsonObject[] = [attributes];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const document = descriptionIn(next);
    found.documents.push(document);
    if (required && typeof next.or === 'string') found.ontologies.push(await ontologyAt(context, asker, next.or));
    for (const link of [...references(next.rels), ...(await annotatedLinks(context, document))]) {
      if (seen.has(link) || seen.size >= linkedMax) continue;
      seen.add(link);
      const linked = await retrieve(context, asker, link, descriptorElement);
      if (linked !== undefined) waiting.push(linked);
      else if (required)
        throw new Refused(
          'LINKED_SEMANTICS_NOT_AVAILABLE',
          `rels: ${link} is not a <semanticDescriptor> that can be retrieved`,
        );
    }
  }
  return found;
}

/** Base of relative addresses in descriptions; what is behind it addresses a resource of this CSE. */
const localBase = 'onem2m:///';

async function annotatedLinks({ semantics }: Context, document: RdfDocument): Promise<string[]> {
  const result = (await semantics.query(linksQuery, [document])) as {
    results: { bindings: { link: { value: string } }[] };
  };
  return result.results.bindings.map(({ link: { value } }) =>
    value.startsWith(localBase) ? value.slice(localBase.length) : value,
  );
}

/**
 * An <ontology> of this CSE or another. Ontologies elsewhere on the web are not fetched: whoever stores a description does
 * not decide where this CSE connects to.
 */
async function ontologyAt(context: Context, asker: Asker, reference: string): Promise<RdfDocument> {
  const ontology = await retrieve(context, asker, reference, ontologyElement);
  if (ontology === undefined)
    throw new Refused(
      'ONTOLOGY_NOT_AVAILABLE',
      `or (ontologyRef): ${reference} is not an <ontology> that can be retrieved`,
    );
  return ontologyIn(ontology);
}

export const ontologyIn = ({ ontc, ontf }: JsonObject): RdfDocument => readDocument(ontc, ontf, ['ontc', 'ontf']);

/** Attributes of a resource of a type; undefined when it cannot be retrieved or is of another. */
export async function retrieve(
  context: Context,
  asker: Asker,
  to: string,
  element: string,
): Promise<JsonObject | undefined> {
  if (to.includes('://')) return undefined;
  const { rsc, pc } = await context.perform(
    {
      op: operation.retrieve,
      to,
      fr: asker.originator,
      rqi: `semantics-${to}`.slice(0, 250),
      rvi: '3',
      rqet: String(retrievalMs),
    },
    asker,
  );
  const found = rsc === 2000 ? pc?.[element] : undefined;
  return typeof found === 'object' && found !== null && !Array.isArray(found) ? found : undefined;
}

const references = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
