import { integerBetween } from '../data-type.ts';
import { attribute } from '../definition.ts';
import { batteryStatus } from '../enumerations.ts';
import { managementObject } from '../management-object.ts';

/** TS-0001 §D.7, TS-0004 §D.7.1. */
export const battery = managementObject({
  mgd: 1006,
  shortName: 'bat',
  longName: 'battery',
  clause: 'TS-0004 §D.7.1',
  attributes: {
    btl: attribute('batteryLevel', integerBetween(0, 100), 'M', 'O', { mandatory: true, announce: 'OA' }),
    bts: attribute('batteryStatus', batteryStatus, 'M', 'O', { mandatory: true, announce: 'OA' }),
  },
});
