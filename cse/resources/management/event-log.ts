import { boolean, string } from '../data-type.ts';
import { attribute } from '../definition.ts';
import { logStatus, logTypeId } from '../enumerations.ts';
import { managementObject } from '../management-object.ts';

/** TS-0001 §D.11, TS-0004 §D.11.1. */
export const eventLog = managementObject({
  mgd: 1010,
  shortName: 'evl',
  longName: 'eventLog',
  clause: 'TS-0004 §D.11.1',
  atMost: { nod: 1 },
  attributes: {
    lgt: attribute('logTypeId', logTypeId, 'M', 'O', { mandatory: true, announce: 'OA' }),
    lgd: attribute('logData', string, 'M', 'O', { mandatory: true, announce: 'OA' }),
    lgst: attribute('logStatus', logStatus, 'M', 'O', { mandatory: true, announce: 'OA' }),
    lga: attribute('logStart', boolean, 'O', 'O', { mandatory: true, announce: 'OA' }),
    lgo: attribute('logStop', boolean, 'O', 'O', { mandatory: true, announce: 'OA' }),
  },
});
