import { badRequest } from '../../refusal.ts';
import { ontologyIn } from '../../semantics/descriptor.ts';
import type { TypeRules } from '../type-rules.ts';

/** TS-0004 §7.4.47; an ontology that is only referred to (format IRI) has nothing to be checked. */
export const ontologyRules: TypeRules = {
  async create(context, { attributes }) {
    if (attributes.ontf !== iri) await context.semantics.check(ontologyIn(attributes), 'ontc (ontologyContent)');
  },
  async update(context, { given, attributes, resource }) {
    if (given.soe !== undefined) {
      if (given.ontc !== undefined) throw badRequest('soe, ontc: an ontology is either replaced or changed by SPARQL');
      const content = ontologyIn({ ...resource.attributes, ontf: attributes.ontf ?? null });
      attributes.ontc = await context.semantics.update(String(given.soe), content);
      given.ontc = attributes.ontc;
      delete attributes.soe;
      delete given.soe;
    } else if ((given.ontc !== undefined || given.ontf !== undefined) && attributes.ontf !== iri) {
      await context.semantics.check(ontologyIn(attributes), 'ontc (ontologyContent)');
    }
  },
};

const iri = 1;
