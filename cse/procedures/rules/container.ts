import type { TypeRules } from '../type-rules.ts';

/** TS-0004 §7.4.6. Limits are kept by the store, in the transaction that would exceed them. */
export const containerRules: TypeRules = {
  // Whoever could not see the instances shall not see them afterwards either.
  instances: ({ attributes }, before) =>
    before?.attributes.disr === true && attributes.disr !== true ? { keep: 0 } : {},
};
