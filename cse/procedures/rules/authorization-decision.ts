import { asksQuestion, decide } from '../../access/decision-point.ts';
import type { TypeRules } from '../type-rules.ts';

const question = ['to', 'fr', 'op', 'rrt', 'fu', 'rids', 'tids', 'tkns', 'rtm', 'olo', 'oip'];
const mandatory = ['to', 'fr', 'op'];

/** TS-0001 §9.6.41, TS-0004 §7.4.43: a question about a decision is answered, and nothing of it is kept. */
export const authorizationDecisionRules: TypeRules = {
  answer: async (context, given) => (asksQuestion(given, question, mandatory) ? decide(context, given) : undefined),
};
