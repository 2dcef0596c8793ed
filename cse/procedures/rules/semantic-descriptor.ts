import type { Asker } from '../../access/access.ts';
import type { JsonObject } from '../../primitive.ts';
import { badRequest, Refused } from '../../refusal.ts';
import { descriptionIn, linkedDescriptions } from '../../semantics/descriptor.ts';
import type { Context } from '../context.ts';
import type { TypeRules } from '../type-rules.ts';

/** TS-0004 §7.4.34. */
export const semanticDescriptorRules: TypeRules = {
  async create(context, { attributes, asker }) {
    await context.semantics.check(descriptionIn(attributes), 'dsp (descriptor)');
    if (attributes.vlde === true) await validate(context, asker, attributes);
  },
  async update(context, { given, attributes, asker, resource }) {
    if (given.soe !== undefined) {
      if (given.dsp !== undefined) throw badRequest('soe, dsp: a description is either replaced or changed by SPARQL');
      // What was stored, not what this request makes of the format, is what the update works on.
      const described = descriptionIn({ ...resource.attributes, dcrp: attributes.dcrp ?? null });
      attributes.dsp = await context.semantics.update(String(given.soe), described);
      given.dsp = attributes.dsp;
      // An order, not a state: it is never shown (TS-0004 §7.4.34.2.2).
      delete attributes.soe;
      delete given.soe;
    } else if (given.dsp !== undefined || given.dcrp !== undefined) {
      await context.semantics.check(descriptionIn(attributes), 'dsp (descriptor)');
    }
    const changed = ['dsp', 'dcrp', 'or', 'rels', 'vlde'].some((name) => given[name] !== undefined);
    if (attributes.vlde === true && changed) await validate(context, asker, attributes);
    else if (attributes.vlde !== true && resource.attributes.vlde === true) attributes.svd = false;
  },
};

/** Steps c to k of TS-0004 §7.4.34.2.1. */
async function validate(context: Context, asker: Asker, attributes: JsonObject): Promise<void> {
  const { documents, ontologies } = await linkedDescriptions(context, asker, attributes, true);
  const problem = await context.semantics.problem(documents, ontologies);
  if (problem !== undefined) throw new Refused('INVALID_SEMANTICS', `dsp (descriptor): ${problem}`);
  attributes.svd = true;
}
