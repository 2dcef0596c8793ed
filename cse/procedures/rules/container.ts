import type { TypeRules } from '../type-rules.ts';

/** TS-0004 §7.4.6. Limits are kept by the store, in the transaction that would exceed them. */
export const containerRules: TypeRules = {};
