import { right } from '../access/rule.ts';
import type { VirtualProcedure } from '../procedures/virtual-target.ts';
import { badRequest, Refused } from '../refusal.ts';
import { semanticDescriptor } from '../resources/semantic-descriptor.ts';
import { descriptionIn, linkedDescriptions } from './descriptor.ts';

/** <semanticValidation>: an UPDATE with a description asks whether it goes with its ontologies (TS-0004 §7.4.48.2.3). */
export const semanticValidation: VirtualProcedure = async (context, { request, asker }, { parent }) => {
  if (!(await context.access.permits(asker, right.update, parent)))
    throw new Refused('ORIGINATOR_HAS_NO_PRIVILEGE', `${asker.originator} may not UPDATE ${parent.path}`);
  const given = request.pc?.[semanticDescriptor.element];
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw badRequest(`pc: a representation "${semanticDescriptor.element}" is expected`);
  for (const [name, { type, create, long }] of Object.entries(semanticDescriptor.attributes)) {
    const value = given[name];
    if (value === undefined && create === 'M')
      throw badRequest(`${name} (${long}) is mandatory in a <semanticDescriptor>`);
    const wrong = value === undefined ? undefined : type.reject(value);
    if (wrong !== undefined) throw badRequest(`${name} (${long}): ${type.expected} is expected; ${wrong}`);
  }
  if (given.or === undefined)
    throw new Refused('CONTENTS_UNACCEPTABLE', 'or (ontologyRef): the ontology to validate against is expected');
  await context.semantics.check(descriptionIn(given), 'dsp (descriptor)');
  const { documents, ontologies } = await linkedDescriptions(context, asker, given, true);
  const problem = await context.semantics.problem(documents, ontologies);
  if (problem !== undefined) throw new Refused('INVALID_SEMANTICS', `dsp (descriptor): ${problem}`);
  return { rsc: 2004, pc: { [semanticDescriptor.element]: { ...given, svd: true } } };
};
