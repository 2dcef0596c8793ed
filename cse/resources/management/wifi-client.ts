import { wifiCredentials } from '../complex-types.ts';
import { boolean, list, string } from '../data-type.ts';
import { attribute } from '../definition.ts';
import { wifiConnectionStatus } from '../enumerations.ts';
import { managementObject } from '../management-object.ts';

/** Release 4 of the standard. */
export const wifiClient = managementObject({
  mgd: 1028,
  shortName: 'wific',
  longName: 'wifiClient',
  clause: 'release 4',
  attributes: {
    ssid: attribute('ssid', string, 'M', 'O', { mandatory: true, announce: 'OA' }),
    wcrds: attribute('credentials', wifiCredentials, 'O', 'O', { announce: 'OA' }),
    maca: attribute('macAddress', string, 'O', 'O', { announce: 'OA' }),
    chanl: attribute('channel', string, 'O', 'O', { announce: 'OA' }),
    cons: attribute('connectionStatus', wifiConnectionStatus, 'O', 'O', { mandatory: true, announce: 'OA' }),
    scan: attribute('scan', boolean, 'M', 'O', { mandatory: true, announce: 'OA' }),
    scanr: attribute('scanResult', list(string), 'O', 'O', { mandatory: true, announce: 'OA' }),
    ud: attribute('update', boolean, 'O', 'O', { mandatory: true, announce: 'OA' }),
    trdst: attribute('toggleRadioStatus', boolean, 'O', 'O', { mandatory: true, announce: 'OA' }),
    rdst: attribute('radioStatus', boolean, 'O', 'O', { announce: 'OA' }),
  },
});
