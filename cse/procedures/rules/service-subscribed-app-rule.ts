import type { JsonObject } from '../../primitive.ts';
import { badRequest } from '../../refusal.ts';
import type { TypeRules } from '../type-rules.ts';

/** TS-0001 §9.6.29, TS-0004 §7.4.29. */
export const serviceSubscribedAppRuleRules: TypeRules = {
  create: (_context, { attributes }) => check(attributes),
  update: (_context, { attributes }) => check(attributes),
};

function check({ aai }: JsonObject): void {
  const wrong = Array.isArray(aai) ? aai.find((pattern) => !/^[*RN]/.test(String(pattern))) : undefined;
  if (wrong !== undefined)
    throw badRequest(`aai (allowedApp-IDs): "*…", "R…" or "N…" is expected, found ${String(wrong)}`);
}
