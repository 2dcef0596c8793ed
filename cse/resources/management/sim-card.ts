import { iccid, imsi, string } from '../data-type.ts';
import { attribute } from '../definition.ts';
import { simStatus, simType } from '../enumerations.ts';
import { managementObject } from '../management-object.ts';

/** Release 4 of the standard. */
export const simCard = managementObject({
  mgd: 1030,
  shortName: 'sim',
  longName: 'simCard',
  clause: 'release 4',
  attributes: {
    imsi: attribute('imsi', imsi, 'O', 'O', { announce: 'OA' }),
    icid: attribute('iccid', iccid, 'M', 'O', { mandatory: true, announce: 'OA' }),
    sist: attribute('simStatus', simStatus, 'O', 'O', { announce: 'OA' }),
    sity: attribute('simType', simType, 'O', 'O', { announce: 'OA' }),
    spn: attribute('serviceProviderName', string, 'O', 'O', { announce: 'OA' }),
  },
});
