import { backOffParameters } from '../complex-types.ts';
import { any, id, list, nonNegativeInteger } from '../data-type.ts';
import { attribute } from '../definition.ts';
import { managementObject } from '../management-object.ts';

/** TS-0001 §D.12.7, TS-0004 §D.12.8. */
export const cmdhNwAccessRule = managementObject({
  mgd: 1018,
  shortName: 'cmwr',
  longName: 'cmdhNwAccessRule',
  clause: 'TS-0004 §D.12.8',
  attributes: {
    ttn: attribute('targetNetwork', list(id, { minItems: 1 }), 'M', 'O', { mandatory: true, announce: 'OA' }),
    mrv: attribute('minReqVolume', nonNegativeInteger, 'M', 'O', { mandatory: true, announce: 'OA' }),
    swt: attribute('spreadingWaitTime', nonNegativeInteger, 'M', 'O', { mandatory: true, announce: 'OA' }),
    bop: attribute('backOffParameters', backOffParameters, 'M', 'O', { mandatory: true, announce: 'OA' }),
    ohc: attribute('otherConditions', list(any), 'O', 'O', { announce: 'OA' }),
  },
});
