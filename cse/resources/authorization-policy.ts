import { unannounced, universal } from './common.ts';
import { setOfPermissions } from './complex-types.ts';
import { anyUri } from './data-type.ts';
import { attribute, defineResource } from './definition.ts';
import { acpCombiningAlgorithm, authorizationStatus } from './enumerations.ts';

/** TS-0001 §9.6.42, TS-0004 §7.4.44. */
export const authorizationPolicy = defineResource({
  type: 36,
  shortName: 'aupy',
  longName: 'authorizationPolicy',
  clause: 'TS-0004 §7.4.44',
  parents: ['cb'],
  attributes: {
    ...universal,
    ...unannounced,
    ps: attribute('policies', setOfPermissions, 'NP', 'NP'),
    ca: attribute('combiningAlgorithm', acpCombiningAlgorithm, 'NP', 'NP'),
    sus: attribute('status', authorizationStatus, 'NP', 'NP'),
    to: attribute('to', anyUri, 'O', 'O'),
  },
});
