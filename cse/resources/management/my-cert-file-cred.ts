import { anyUri, list, nonNegativeInteger, string } from '../data-type.ts';
import { attribute } from '../definition.ts';
import { managementObject } from '../management-object.ts';

/** Release 4 of the standard. */
export const myCertFileCred = managementObject({
  mgd: 1023,
  shortName: 'nycfc',
  longName: 'myCertFileCred',
  clause: 'release 4',
  attributes: {
    suids: attribute('SUIDs', list(nonNegativeInteger), 'M', 'O', { mandatory: true, announce: 'OA' }),
    mcff: attribute('myCertFileFormat', anyUri, 'M', 'NP', { mandatory: true, announce: 'OA' }),
    mcfc: attribute('myCertFileContent', string, 'M', 'NP', { mandatory: true, announce: 'OA' }),
  },
});
