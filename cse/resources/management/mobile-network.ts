import { ipAddress } from '../complex-types.ts';
import { integer, list, string } from '../data-type.ts';
import { attribute } from '../definition.ts';
import { cellularNetworkBearer, coverageEnhancementLevel } from '../enumerations.ts';
import { managementObject } from '../management-object.ts';

/** Release 4 of the standard. */
export const mobileNetwork = managementObject({
  mgd: 1031,
  shortName: 'mnwk',
  longName: 'mobileNetwork',
  clause: 'release 4',
  attributes: {
    cnb: attribute('cellularNetworkBearer', cellularNetworkBearer, 'M', 'O', { announce: 'OA' }),
    rss: attribute('radioSignalStrength', integer, 'O', 'O', { announce: 'OA' }),
    liqu: attribute('linkQuality', integer, 'O', 'O', { announce: 'OA' }),
    ipad: attribute('ipAddresses', list(ipAddress), 'O', 'O', { announce: 'OA' }),
    ripa: attribute('routerIPAddresses', list(ipAddress), 'O', 'O', { announce: 'OA' }),
    apna: attribute('apn', string, 'O', 'O', { announce: 'OA' }),
    ceid: attribute('cellID', integer, 'O', 'O', { announce: 'OA' }),
    smnc: attribute('smnc', integer, 'O', 'O', { announce: 'OA' }),
    smcc: attribute('smcc', integer, 'O', 'O', { announce: 'OA' }),
    lac: attribute('lac', integer, 'O', 'O', { announce: 'OA' }),
    coel: attribute('coverageEnhancementLevel', coverageEnhancementLevel, 'O', 'O', { announce: 'OA' }),
  },
});
