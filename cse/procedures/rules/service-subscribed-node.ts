import type { JsonObject } from '../../primitive.ts';
import { badRequest } from '../../refusal.ts';
import type { TypeRules } from '../type-rules.ts';

/** TS-0001 §9.6.20, TS-0004 §7.4.20. */
export const serviceSubscribedNodeRules: TypeRules = {
  create: (_context, { attributes }) => check(attributes),
  update: (_context, { attributes }) => check(attributes),
};

function check({ rlk, csi }: JsonObject): void {
  if (rlk !== undefined && csi === undefined)
    throw badRequest('rlk (ruleLinks) only goes with csi (CSE-ID): rules are about registration at a CSE');
}
