import { asksQuestion, policiesFor } from '../../access/decision-point.ts';
import type { TypeRules } from '../type-rules.ts';

const question = ['to'];
const mandatory = ['to'];

/** TS-0001 §9.6.42, TS-0004 §7.4.44: a question for policies is answered, and nothing of it is kept. */
export const authorizationPolicyRules: TypeRules = {
  answer: async (context, given) =>
    asksQuestion(given, question, mandatory) ? policiesFor(context, given) : undefined,
};
