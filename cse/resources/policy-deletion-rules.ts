import { common, unannounced, universal } from './common.ts';
import { deletionContexts } from './complex-types.ts';
import { attribute, defineResource } from './definition.ts';
import { logicalOperator } from './enumerations.ts';

/** TS-0001 §9.6.33, TS-0004 §7.4.32. */
export const policyDeletionRules = defineResource({
  type: 27,
  shortName: 'pdr',
  longName: 'policyDeletionRules',
  clause: 'TS-0004 §7.4.32',
  parents: ['ntp'],
  atMost: { ntp: 2 },
  attributes: {
    ...universal,
    ...unannounced,
    cstn: common.cstn,
    dr: attribute('deletionRules', deletionContexts, 'O', 'NP'),
    drr: attribute('deletionRulesRelation', logicalOperator, 'O', 'O'),
  },
});
