import { boolean } from '../data-type.ts';
import { attribute } from '../definition.ts';
import { managementObject } from '../management-object.ts';

/** TS-0001 §D.10, TS-0004 §D.10.1. */
export const reboot = managementObject({
  mgd: 1009,
  shortName: 'rbo',
  longName: 'reboot',
  clause: 'TS-0004 §D.10.1',
  atMost: { nod: 1 },
  attributes: {
    rbo: attribute('reboot', boolean, 'O', 'O', { mandatory: true, announce: 'OA' }),
    far: attribute('factoryReset', boolean, 'O', 'O', { mandatory: true, announce: 'OA' }),
  },
});
