import { badRequest, Refused } from '../refusal.ts';
import { semanticFormat } from '../resources/enumerations.ts';

const formats = semanticFormat.of;

/** Media types of the serializations of RDF that are read and written here, by `semanticFormat` (TS-0004 §6.3.4.2.48). */
const mediaTypes: ReadonlyMap<number, string> = new Map([
  [formats.rdfXml, 'application/rdf+xml'],
  [formats.turtle, 'text/turtle'],
  [formats.jsonLd, 'application/ld+json'],
]);

/** A description as it stands in an attribute. */
export interface RdfDocument {
  readonly text: string;
  readonly mediaType: string;
}

/**
 * Reads base64 text in one of the formats.
 *
 * @param names of the attributes with content and format, for the refusal
 * @throws Refused BAD_REQUEST for an IRI, which describes nothing itself; NOT_IMPLEMENTED for syntaxes of OWL that are not RDF
 */
export function readDocument(
  content: unknown,
  format: unknown,
  names: readonly [content: string, format: string],
): RdfDocument {
  if (format === formats.iri) throw badRequest(`${names[1]}: a format of a description is expected, 1 (IRI) is none`);
  const mediaType = mediaTypes.get(Number(format));
  if (mediaType === undefined) {
    throw new Refused(
      'NOT_IMPLEMENTED',
      `${names[1]}: 4 (RDF/XML), 5 (Turtle) and 7 (JSON-LD) are read here, not ${String(format)}`,
    );
  }
  return { text: Buffer.from(String(content), 'base64').toString('utf8'), mediaType };
}
