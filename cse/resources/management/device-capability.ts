import { actionStatus } from '../complex-types.ts';
import { boolean, string } from '../data-type.ts';
import { attribute } from '../definition.ts';
import { managementObject } from '../management-object.ts';

/** TS-0001 §D.9, TS-0004 §D.9.1. */
export const deviceCapability = managementObject({
  mgd: 1008,
  shortName: 'dvc',
  longName: 'deviceCapability',
  clause: 'TS-0004 §D.9.1',
  attributes: {
    can: attribute('capabilityName', string, 'M', 'O', { mandatory: true, announce: 'OA' }),
    att: attribute('attached', boolean, 'M', 'O', { mandatory: true, announce: 'OA' }),
    cas: attribute('capabilityActionStatus', actionStatus, 'M', 'O', { mandatory: true, announce: 'OA' }),
    cus: attribute('currentState', boolean, 'M', 'O', { mandatory: true, announce: 'OA' }),
    ena: attribute('enable', boolean, 'O', 'O', { announce: 'OA' }),
    dis: attribute('disable', boolean, 'O', 'O', { announce: 'OA' }),
  },
});
