import { common, unannounced, universal } from './common.ts';
import { anyUri, list } from './data-type.ts';
import { attribute, defineResource } from './definition.ts';

/** TS-0001 §9.6.31, TS-0004 §7.4.30. */
export const notificationTargetMgmtPolicyRef = defineResource({
  type: 25,
  shortName: 'ntpr',
  longName: 'notificationTargetMgmtPolicyRef',
  clause: 'TS-0004 §7.4.30',
  parents: ['sub', 'crs'],
  attributes: {
    ...universal,
    ...unannounced,
    cstn: common.cstn,
    ntu: attribute('notificationTargetURI', list(anyUri, { minItems: 1 }), 'M', 'O', { mandatory: true }),
    npi: attribute('notificationPolicyID', anyUri, 'O', 'O'),
  },
});
