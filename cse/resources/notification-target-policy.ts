import { common, unannounced, universal } from './common.ts';
import { string } from './data-type.ts';
import { attribute, defineResource } from './definition.ts';
import { logicalOperator, notificationTargetPolicyAction } from './enumerations.ts';

/** TS-0001 §9.6.32, TS-0004 §7.4.31. */
export const notificationTargetPolicy = defineResource({
  type: 26,
  shortName: 'ntp',
  longName: 'notificationTargetPolicy',
  clause: 'TS-0004 §7.4.31',
  parents: ['cb'],
  attributes: {
    ...universal,
    ...unannounced,
    cr: common.cr,
    cstn: common.cstn,
    acn: attribute('action', notificationTargetPolicyAction, 'O', 'NP', { mandatory: true }),
    plbl: attribute('policyLabel', string, 'O', 'O', { mandatory: true }),
    rrs: attribute('rulesRelationship', logicalOperator, 'O', 'O'),
  },
});
