import { badRequest } from '../../refusal.ts';
import type { TypeRules } from '../type-rules.ts';

/** TS-0004 §7.4.5.2, TS-0001 §7.1.3. */
export const aeRules: TypeRules = {
  create(_context, { attributes, ri }) {
    const { api } = attributes;
    // `N…` not registered; `R{authority}.{reverse domain}.{name}` registered.
    if (typeof api !== 'string' || !/^(N.+|R[^.]+\.[^.].*)$/s.test(api)) {
      throw badRequest(
        `api (App-ID): "N…" or "R<authority>.<domain>.<name>" is expected, found ${JSON.stringify(api)}`,
      );
    }
    attributes.aei = ri;
  },
};
