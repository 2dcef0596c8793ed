/** Runs SPARQL in a thread of its own, so that a query without end can be ended from outside. */
import { parentPort } from 'node:worker_threads';
import oxigraph from 'oxigraph';
import type { SparqlAnswer, SparqlTask } from './sparql-task.ts';

const { Store, namedNode } = oxigraph;
/** Relative addresses in descriptions are those of resources of this CSE. */
const base = 'onem2m:///';
/** Graph that holds the ontologies descriptions are checked against. */
const ontologies = namedNode('urn:alzette:ontologies');

function load(task: SparqlTask): InstanceType<typeof Store> {
  const store = new Store();
  for (const { text, mediaType } of task.documents) store.load(text, { format: mediaType, base_iri: base });
  for (const { text, mediaType } of task.ontologies ?? [])
    store.load(text, { format: mediaType, base_iri: base, to_graph_name: ontologies });
  return store;
}

function carryOut(task: SparqlTask): SparqlAnswer {
  let store: InstanceType<typeof Store>;
  try {
    store = load(task);
  } catch (error) {
    return { failure: 'document', reason: String(error) };
  }
  try {
    switch (task.kind) {
      case 'load':
        return { result: store.size };
      case 'query': {
        const found = store.query(task.sparql, { results_format: 'application/sparql-results+json' });
        return { result: typeof found === 'string' ? JSON.parse(found) : null };
      }
      case 'matches': {
        const found = store.query(task.sparql);
        return { result: typeof found === 'boolean' ? found : Array.isArray(found) && found.length > 0 };
      }
      case 'update':
        store.update(task.sparql, { base_iri: base });
        return { result: store.dump({ format: task.format, from_graph_name: oxigraph.defaultGraph() }) };
    }
  } catch (error) {
    return { failure: 'sparql', reason: String(error) };
  }
}

parentPort?.on('message', ({ id, task }: { id: number; task: SparqlTask }) => {
  parentPort?.postMessage({ id, answer: carryOut(task) });
});
