import { anyUri, list, nonNegativeInteger, string } from '../data-type.ts';
import { attribute } from '../definition.ts';
import { authorizationStatus } from '../enumerations.ts';
import { managementObject } from '../management-object.ts';

/** TS-0001 §D.6, TS-0004 §D.6.1. */
export const areaNwkDeviceInfo = managementObject({
  mgd: 1005,
  shortName: 'andi',
  longName: 'areaNwkDeviceInfo',
  clause: 'TS-0004 §D.6.1',
  attributes: {
    dvd: attribute('devID', string, 'M', 'O', { mandatory: true, announce: 'OA' }),
    dvt: attribute('devType', string, 'M', 'O', { mandatory: true, announce: 'OA' }),
    awi: attribute('areaNwkId', anyUri, 'M', 'O', { mandatory: true, announce: 'OA' }),
    sli: attribute('sleepInterval', nonNegativeInteger, 'O', 'O', { announce: 'OA' }),
    sld: attribute('sleepDuration', nonNegativeInteger, 'O', 'O', { announce: 'OA' }),
    ss: attribute('devStatus', string, 'O', 'O', { announce: 'OA' }),
    lnh: attribute('listOfNeighbors', list(anyUri, { minItems: 1 }), 'O', 'O', { announce: 'OA' }),
    sus: attribute('status', authorizationStatus, 'O', 'O'),
  },
});
