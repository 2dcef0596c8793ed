import type { TypeRules } from '../type-rules.ts';
import { checkValidity } from './role.ts';

/**
 * TS-0001 §9.6.39, TS-0004 §7.4.41. A <token> is kept as it was issued; whether it is valid is looked at when it is used.
 */
export const tokenRules: TypeRules = {
  create(_context, { attributes: { tknb, tkna } }) {
    if (typeof tknb === 'string' && typeof tkna === 'string') checkValidity(tknb, tkna);
  },
};
