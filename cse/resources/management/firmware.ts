import { actionStatus } from '../complex-types.ts';
import { anyUri, boolean, string } from '../data-type.ts';
import { attribute } from '../definition.ts';
import { managementObject } from '../management-object.ts';

/** TS-0001 §D.2, TS-0004 §D.2.1. */
export const firmware = managementObject({
  mgd: 1001,
  shortName: 'fwr',
  longName: 'firmware',
  clause: 'TS-0004 §D.2.1',
  attributes: {
    vr: attribute('version', string, 'M', 'O', { mandatory: true, announce: 'OA' }),
    fwn: attribute('firmwareName', string, 'M', 'O', { announce: 'OA' }),
    url: attribute('URL', anyUri, 'M', 'O', { mandatory: true, announce: 'OA' }),
    ud: attribute('update', boolean, 'M', 'O', { mandatory: true, announce: 'OA' }),
    uds: attribute('updateStatus', actionStatus, 'NP', 'O', { mandatory: true, announce: 'OA' }),
  },
});
