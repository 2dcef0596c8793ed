import { aeStem } from '../../address.ts';
import { type JsonObject, operation, type RequestPrimitive } from '../../primitive.ts';
import { type Addition, adaptable } from '../../profiles/profiles.ts';
import { badRequest, Refused } from '../../refusal.ts';
import type { Resource } from '../../store/resource.ts';
import type { Context } from '../context.ts';
import { checkPrimitive } from '../primitive-check.ts';
import type { TypeRules } from '../type-rules.ts';

const aeType = 2;
/** Requests to the CSE, the one direction that is served (primitiveProfileApplicability, release 4). */
const requestsToCse = '1';

/** <primitiveProfile>, release 4. */
export const primitiveProfileRules: TypeRules = {
  create: (context, { parent, attributes }) => check(context, parent, attributes),
  async update(context, { resource, attributes }) {
    const parent = await context.store.byNumber(resource.parentNo ?? 0);
    await check(context, parent, attributes);
  },
};

async function check(context: Context, parent: Resource | undefined, attributes: JsonObject): Promise<void> {
  const { idl, appl, adds, dels, ops } = attributes;
  // Below an AE stands what this AE decides; what is decided for others stands below the CSEBase.
  const foreign =
    parent?.ty === aeType && Array.isArray(idl)
      ? idl.find((entity) => aeStem(String(entity), context.names) !== parent.ri)
      : undefined;
  if (foreign !== undefined)
    throw badRequest(`idl (IDList): only ${parent?.ri} is expected below ${parent?.path}, found ${String(foreign)}`);
  if (Array.isArray(appl) && appl.some((direction) => direction !== requestsToCse))
    throw new Refused('NOT_IMPLEMENTED', 'appl (applicability): only requests to the CSE (1) are adapted');
  const additions = (Array.isArray(adds) ? adds : []) as unknown as Addition[];
  for (const name of [...additions.map(({ nm }) => nm), ...(Array.isArray(dels) ? dels.map(String) : [])]) {
    if (!adaptable.has(name))
      throw badRequest(`adds, dels: one of ${[...adaptable].join(', ')} is expected, found "${name}"`);
  }
  const operations = Array.isArray(ops) && ops.length > 0 ? ops : [operation.retrieve];
  for (const op of operations) {
    const parameters = Object.fromEntries(additions.map(({ nm, val }) => [nm, val]));
    const sample = { op, to: '-', rqi: 'sample', ...(op === operation.create ? { ty: 3 } : {}), ...parameters };
    await checkPrimitive(sample as unknown as RequestPrimitive, () => {});
  }
}
