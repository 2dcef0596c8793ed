import { unannounced, universal } from './common.ts';
import { id, issuedId, list } from './data-type.ts';
import { attribute, defineResource } from './definition.ts';
import { authorizationStatus } from './enumerations.ts';

/** TS-0001 §9.6.43, TS-0004 §7.4.45. */
export const authorizationInformation = defineResource({
  type: 37,
  shortName: 'auif',
  longName: 'authorizationInformation',
  clause: 'TS-0004 §7.4.45',
  parents: ['cb'],
  attributes: {
    ...universal,
    ...unannounced,
    sus: attribute('status', authorizationStatus, 'NP', 'NP'),
    fr: attribute('from', id, 'O', 'O'),
    rids: attribute('roleIDs', list(issuedId), 'O', 'O'),
    tids: attribute('tokenIDs', list(issuedId), 'O', 'O'),
  },
});
