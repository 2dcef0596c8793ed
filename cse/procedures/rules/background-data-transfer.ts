import type { JsonObject } from '../../primitive.ts';
import { badRequest } from '../../refusal.ts';
import { transferSelectionGuidance } from '../../resources/enumerations.ts';
import type { Context } from '../context.ts';
import type { TypeRules } from '../type-rules.ts';

const groupType = 9;
const nodesOfField: readonly number[] = [2, 16];

/** TS-0001 §9.6.60, TS-0004 §7.4.59. Kept for the negotiation with an underlying network, of which there is none here. */
export const backgroundDataTransferRules: TypeRules = {
  async create(context, { attributes }) {
    await checkNodes(context, attributes);
    attributes.tsg ??= [transferSelectionGuidance.of.lowestCost];
  },
  update: (context, { given }) => checkNodes(context, given),
};

async function checkNodes({ targets }: Context, { gli, mid }: JsonObject): Promise<void> {
  if (typeof gli === 'string' && (await targets.resourceAt(gli))?.ty !== groupType)
    throw badRequest(`gli (groupLink): ${gli} is not a <group> of this CSE`);
  for (const member of Array.isArray(mid) ? mid.map(String) : []) {
    const type = (await targets.resourceAt(member))?.ty;
    if (type === undefined || !nodesOfField.includes(type))
      throw badRequest(`mid (memberIDs): ${member} is neither an <AE> nor a <remoteCSE> of this CSE`);
  }
}
