import type { Asker } from '../../access/access.ts';
import { right } from '../../access/rule.ts';
import { type Criteria, checkCriteria } from '../../actions/criteria.ts';
import { findSubject } from '../../actions/subject.ts';
import type { JsonObject } from '../../primitive.ts';
import { badRequest } from '../../refusal.ts';
import type { Context } from '../context.ts';
import type { TypeRules } from '../type-rules.ts';

/** <dependency>, release 4. */
export const dependencyRules: TypeRules = {
  create: (context, { attributes, asker }) => check(context, attributes, asker),
  async update(context, { given, attributes, asker }) {
    if (given.rri !== undefined || given.evc !== undefined) await check(context, attributes, asker);
  },
};

async function check(context: Context, { rri, evc }: JsonObject, asker: Asker): Promise<void> {
  const { resource, definition } = await findSubject(context, 'rri (referencedResourceID)', String(rri));
  if (!(await context.access.permits(asker, right.retrieve, resource)))
    throw badRequest(`rri (referencedResourceID): ${asker.originator} may not RETRIEVE ${resource.path}`);
  checkCriteria('evc', evc as unknown as Criteria, definition);
}
