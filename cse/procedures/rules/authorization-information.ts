import { asksQuestion, informationAbout } from '../../access/decision-point.ts';
import type { TypeRules } from '../type-rules.ts';

const question = ['fr', 'rids', 'tids'];
const mandatory = ['fr'];

/** TS-0001 §9.6.43, TS-0004 §7.4.45: a question for roles and tokens is answered, and nothing of it is kept. */
export const authorizationInformationRules: TypeRules = {
  answer: async (context, given) =>
    asksQuestion(given, question, mandatory) ? informationAbout(context, given) : undefined,
};
