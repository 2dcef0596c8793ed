import { anyUri, list, string } from '../data-type.ts';
import { attribute } from '../definition.ts';
import { managementObject } from '../management-object.ts';

/** TS-0001 §D.5, TS-0004 §D.5.1. */
export const areaNwkInfo = managementObject({
  mgd: 1004,
  shortName: 'ani',
  longName: 'areaNwkInfo',
  clause: 'TS-0004 §D.5.1',
  attributes: {
    ant: attribute('areaNwkType', string, 'M', 'O', { mandatory: true, announce: 'OA' }),
    ldv: attribute('listOfDevices', list(anyUri, { minItems: 1 }), 'O', 'O', { announce: 'OA' }),
  },
});
