import { string } from '../data-type.ts';
import { attribute } from '../definition.ts';
import { managementObject } from '../management-object.ts';

/** TS-0001 §D.12.0, TS-0004 §D.12.1. */
export const cmdhPolicy = managementObject({
  mgd: 1011,
  shortName: 'cmp',
  longName: 'cmdhPolicy',
  clause: 'TS-0004 §D.12.1',
  attributes: {
    cpn: attribute('cmdhPolicyName', string, 'M', 'O', { mandatory: true, announce: 'OA' }),
  },
});
