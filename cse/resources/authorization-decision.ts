import { unannounced, universal } from './common.ts';
import { filterCriteria, ipAddress, locationRegion } from './complex-types.ts';
import {
  anyUri,
  id,
  integerBetween,
  issuedId,
  jsonWebToken,
  list,
  nonNegativeInteger,
  timestamp,
} from './data-type.ts';
import { attribute, defineResource } from './definition.ts';
import { authorizationStatus, decision } from './enumerations.ts';

/** TS-0001 §9.6.41, TS-0004 §7.4.43. */
export const authorizationDecision = defineResource({
  type: 35,
  shortName: 'auds',
  longName: 'authorizationDecision',
  clause: 'TS-0004 §7.4.43',
  parents: ['cb'],
  attributes: {
    ...universal,
    ...unannounced,
    dec: attribute('decision', decision, 'NP', 'NP'),
    sus: attribute('status', authorizationStatus, 'NP', 'NP'),
    to: attribute('to', anyUri, 'O', 'O'),
    fr: attribute('from', id, 'O', 'O'),
    op: attribute('operation', integerBetween(1, 5), 'O', 'O'),
    rrt: attribute('requestedResourceType', nonNegativeInteger, 'O', 'O'),
    fu: attribute('filterUsage', filterCriteria, 'O', 'O'),
    rids: attribute('roleIDs', list(issuedId), 'O', 'O'),
    tids: attribute('tokenIDs', list(issuedId), 'O', 'O'),
    tkns: attribute('tokens', list(jsonWebToken), 'O', 'O'),
    rtm: attribute('requestTime', timestamp, 'O', 'O'),
    olo: attribute('originatorLocation', locationRegion, 'O', 'O'),
    oip: attribute('originatorIP', ipAddress, 'O', 'O'),
  },
});
