import type { Json } from '../primitive.ts';
import { badRequest, Refused } from '../refusal.ts';
import type { RdfDocument } from './rdf-format.ts';
import type { SparqlEngine } from './sparql-engine.ts';
import type { SparqlTask } from './sparql-task.ts';

/** What is wrong with a set of descriptions under the ontologies they refer to; each finds nothing when all is well. */
const validations: readonly (readonly [problem: string, sparql: string])[] = [
  [
    'a property or class that its ontology does not define',
    `SELECT ?term WHERE {
       { ?s ?term ?o } UNION { ?s a ?term }
       BIND (REPLACE(STR(?term), "[^/#]*$", "") AS ?namespace)
       FILTER (?namespace != "http://www.w3.org/1999/02/22-rdf-syntax-ns#")
       FILTER EXISTS { GRAPH <urn:alzette:ontologies> { ?defined ?p ?d FILTER (ISIRI(?defined) && STRSTARTS(STR(?defined), ?namespace)) } }
       FILTER NOT EXISTS { GRAPH <urn:alzette:ontologies> { ?term ?q ?e } }
     } LIMIT 1`,
  ],
  [
    'a thing of two classes that have nothing in common',
    `PREFIX owl: <http://www.w3.org/2002/07/owl#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
     SELECT ?term WHERE {
       ?term a ?one, ?other .
       GRAPH <urn:alzette:ontologies> { ?one rdfs:subClassOf* ?a . ?other rdfs:subClassOf* ?b . ?a owl:disjointWith ?b }
     } LIMIT 1`,
  ],
  [
    'a property between things with a literal value, or the other way round',
    `PREFIX owl: <http://www.w3.org/2002/07/owl#>
     SELECT ?term WHERE {
       ?s ?term ?o .
       GRAPH <urn:alzette:ontologies> { ?term a ?kind }
       FILTER ((?kind = owl:ObjectProperty && ISLITERAL(?o)) || (?kind = owl:DatatypeProperty && !ISLITERAL(?o)))
     } LIMIT 1`,
  ],
];

/** Semantic functions of the CSE over descriptions in RDF (TS-0004 §7.3.3.18, §7.3.3.19, §7.4.34, TS-0034). */
export class Semantics {
  readonly #engine: SparqlEngine;

  constructor(engine: SparqlEngine) {
    this.#engine = engine;
  }

  /** @throws Refused BAD_REQUEST when the text is not of its format. @param name attribute that holds it */
  async check(document: RdfDocument, name: string): Promise<void> {
    const answer = await this.#engine.run({ kind: 'load', documents: [document] });
    if ('failure' in answer) throw badRequest(`${name}: ${document.mediaType} is expected: ${answer.reason}`);
  }

  /** @throws Refused INVALID_SPARQL_QUERY */
  async checkQuery(sparql: string): Promise<void> {
    await this.#run({ kind: 'matches', documents: [], sparql });
  }

  /** Whether a query finds something in descriptions. @throws Refused INVALID_SPARQL_QUERY */
  async matches(sparql: string, documents: readonly RdfDocument[]): Promise<boolean> {
    return (await this.#run({ kind: 'matches', documents, sparql })) === true;
  }

  /** @returns the result in the JSON format of SPARQL 1.1; null for a graph. @throws Refused INVALID_SPARQL_QUERY */
  async query(sparql: string, documents: readonly RdfDocument[]): Promise<Json> {
    return (await this.#run({ kind: 'query', documents, sparql })) as Json;
  }

  /**
   * A description after an update, in the format it had, base64.
   * @throws Refused INVALID_SPARQL_QUERY when it is no update, SPARQL_UPDATE_ERROR when it cannot be carried out
   */
  async update(sparql: string, document: RdfDocument): Promise<string> {
    const onNothing = await this.#engine.run({ kind: 'update', documents: [], sparql, format: document.mediaType });
    if ('failure' in onNothing) throw new Refused('INVALID_SPARQL_QUERY', `soe: ${onNothing.reason}`);
    const answer = await this.#engine.run({
      kind: 'update',
      documents: [document],
      sparql,
      format: document.mediaType,
    });
    if ('failure' in answer) throw new Refused('SPARQL_UPDATE_ERROR', `soe: ${answer.reason}`);
    return Buffer.from(String(answer.result)).toString('base64');
  }

  /** @returns what is wrong with descriptions under their ontologies; undefined when nothing is */
  async problem(documents: readonly RdfDocument[], ontologies: readonly RdfDocument[]): Promise<string | undefined> {
    for (const [problem, sparql] of validations) {
      const result = (await this.#run({ kind: 'query', documents, ontologies, sparql })) as {
        results: { bindings: { term?: { value: string } }[] };
      };
      const term = result.results.bindings[0]?.term?.value;
      if (term !== undefined) return `${problem}: ${term}`;
    }
    return undefined;
  }

  async #run(task: SparqlTask): Promise<unknown> {
    const answer = await this.#engine.run(task);
    if (!('failure' in answer)) return answer.result;
    if (answer.failure === 'document')
      throw new Refused('INVALID_SEMANTICS', `a description cannot be read: ${answer.reason}`);
    throw new Refused('INVALID_SPARQL_QUERY', answer.reason);
  }
}
