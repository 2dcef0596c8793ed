import type { Asker } from '../../access/access.ts';
import type { JsonObject } from '../../primitive.ts';
import { badRequest } from '../../refusal.ts';
import { mashupResultGenType } from '../../resources/enumerations.ts';
import { generateResult, membersOf, profileOf, rdfXmlIn } from '../../semantics/mashup.ts';
import type { Context } from '../context.ts';
import type { TypeRules } from '../type-rules.ts';

const generated = mashupResultGenType.of;

/** TS-0004 §7.4.50. */
export const semanticMashupInstanceRules: TypeRules = {
  async create(context, { attributes, asker }) {
    await check(context, asker, attributes);
  },
  async created(context, resource, asker) {
    if (generates(resource.attributes, generated.onCreation)) await generateResult(context, asker, resource);
  },
  async update(context, { attributes, asker }) {
    await check(context, asker, attributes);
  },
  async updated(context, resource, before, asker) {
    const { jpin, msm } = resource.attributes;
    const isNew = JSON.stringify(msm) !== JSON.stringify(before.attributes.msm);
    if (jpin !== before.attributes.jpin || (isNew && generates(resource.attributes, generated.onMemberUpdate)))
      await generateResult(context, asker, resource);
  },
};

export const generates = ({ rgt }: JsonObject, when: number): boolean => Array.isArray(rgt) && rgt.includes(when);

async function check(context: Context, asker: Asker, attributes: JsonObject): Promise<void> {
  if (generates(attributes, generated.periodically) && attributes.prg === undefined)
    throw badRequest('prg (periodForResultGen): a period is expected with result generation 3 (periodically)');
  const profile = await profileOf(context, asker, attributes);
  if (typeof attributes.jpin === 'string') await context.semantics.check(rdfXmlIn(attributes.jpin, 'jpin'), 'jpin');
  const members = await membersOf(context, asker, attributes, profile);
  attributes.msm = { msm: members.map((member) => ({ ...member })) };
}
