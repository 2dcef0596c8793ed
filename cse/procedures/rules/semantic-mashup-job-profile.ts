import type { JsonObject } from '../../primitive.ts';
import { rdfXmlIn } from '../../semantics/mashup.ts';
import type { Context } from '../context.ts';
import type { TypeRules } from '../type-rules.ts';

/** TS-0004 §7.4.49. */
export const semanticMashupJobProfileRules: TypeRules = {
  create: (context, { attributes }) => check(context, attributes),
  update: (context, { given }) => check(context, given),
};

async function check({ semantics }: Context, { mbft, ...attributes }: JsonObject): Promise<void> {
  for (const name of ['iptd', 'uptd', 'fucd'])
    if (typeof attributes[name] === 'string') await semantics.check(rdfXmlIn(attributes[name], name), name);
  if (typeof mbft === 'string') await semantics.checkQuery(mbft);
}
