import { string } from '../data-type.ts';
import { attribute } from '../definition.ts';
import { managementObject } from '../management-object.ts';

/** Release 4 of the standard. */
export const credentials = managementObject({
  mgd: 1029,
  shortName: 'crds',
  longName: 'credentials',
  clause: 'release 4',
  attributes: {
    pur: attribute('purpose', string, 'O', 'O', { announce: 'OA' }),
    crid: attribute('credentialID', string, 'O', 'O', { announce: 'OA' }),
    crse: attribute('credentialSecret', string, 'O', 'O', { announce: 'OA' }),
    crtk: attribute('credentialToken', string, 'O', 'O', { announce: 'OA' }),
  },
});
