import type { RdfDocument } from './rdf-format.ts';

interface OnDocuments {
  /** Merged into the default graph. */
  readonly documents: readonly RdfDocument[];
  /** Merged into the graph `urn:alzette:ontologies`. */
  readonly ontologies?: readonly RdfDocument[];
}

/** What the thread that runs SPARQL is asked to do. */
export type SparqlTask = OnDocuments &
  (
    | { readonly kind: 'load' }
    /** Result: in the SPARQL 1.1 JSON format. */
    | { readonly kind: 'query'; readonly sparql: string }
    /** Result: whether anything was found, or the answer of an ASK. */
    | { readonly kind: 'matches'; readonly sparql: string }
    /** Result: the description afterwards, as text of the media type. */
    | { readonly kind: 'update'; readonly sparql: string; readonly format: string }
  );

export type SparqlAnswer =
  | { readonly result: unknown }
  | { readonly failure: 'document' | 'sparql'; readonly reason: string };
