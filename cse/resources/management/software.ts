import { actionStatus } from '../complex-types.ts';
import { anyUri, boolean, string } from '../data-type.ts';
import { attribute } from '../definition.ts';
import { managementObject } from '../management-object.ts';

/** TS-0001 §D.3, TS-0004 §D.3.1. */
export const software = managementObject({
  mgd: 1002,
  shortName: 'swr',
  longName: 'software',
  clause: 'TS-0004 §D.3.1',
  attributes: {
    vr: attribute('version', string, 'M', 'O', { mandatory: true, announce: 'OA' }),
    swn: attribute('softwareName', string, 'M', 'O', { announce: 'OA' }),
    url: attribute('URL', anyUri, 'M', 'O', { mandatory: true, announce: 'OA' }),
    in: attribute('install', boolean, 'NP', 'O', { mandatory: true, announce: 'OA' }),
    un: attribute('uninstall', boolean, 'NP', 'O', { mandatory: true, announce: 'OA' }),
    ins: attribute('installStatus', actionStatus, 'NP', 'O', { mandatory: true, announce: 'OA' }),
    act: attribute('activate', boolean, 'NP', 'O', { announce: 'OA' }),
    dea: attribute('deactivate', boolean, 'NP', 'O', { announce: 'OA' }),
    acts: attribute('activeStatus', actionStatus, 'NP', 'O', { announce: 'OA' }),
  },
});
