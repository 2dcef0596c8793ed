import { common, unannounced, universal } from './common.ts';
import { aggregatedRequest, aggregatedResponse } from './complex-types.ts';
import { nonNegativeInteger, timestamp } from './data-type.ts';
import { attribute, defineResource } from './definition.ts';
import {
  transactionControl,
  transactionLockType,
  transactionMgmtHandling,
  transactionMode,
  transactionState,
} from './enumerations.ts';

/** TS-0001 §9.6.47, TS-0004 §7.4.60. */
export const transactionMgmt = defineResource({
  type: 50,
  shortName: 'tram',
  longName: 'transactionMgmt',
  clause: 'TS-0004 §7.4.60',
  parents: ['cb', 'csr', 'ae', 'csrA', 'aeA'],
  attributes: {
    ...universal,
    ...unannounced,
    cr: common.cr,
    tltm: attribute('transactionLockTime', timestamp, 'O', 'NP'),
    text: attribute('transactionExecuteTime', timestamp, 'O', 'NP'),
    tct: attribute('transactionCommitTime', timestamp, 'O', 'NP'),
    tept: attribute('transactionExpirationTime', timestamp, 'O', 'NP'),
    tmd: attribute('transactionMode', transactionMode, 'O', 'NP'),
    tltp: attribute('transactionLockType', transactionLockType, 'O', 'NP'),
    tctl: attribute('transactionControl', transactionControl, 'NP', 'O'),
    trst: attribute('transactionState', transactionState, 'NP', 'NP', { mandatory: true }),
    tmr: attribute('transactionMaxRetries', nonNegativeInteger, 'O', 'O'),
    tmh: attribute('transactionMgmtHandling', transactionMgmtHandling, 'O', 'O'),
    rqps: attribute('requestPrimitives', aggregatedRequest, 'M', 'NP', { mandatory: true }),
    rsps: attribute('responsePrimitives', aggregatedResponse, 'NP', 'NP', { mandatory: true }),
  },
});
