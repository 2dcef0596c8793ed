import { anyUri, list, mediaType, string, timestamp } from '../data-type.ts';
import { attribute } from '../definition.ts';
import { managementObject } from '../management-object.ts';

/** TS-0001 §D.8, TS-0004 §D.8.1. */
export const deviceInfo = managementObject({
  mgd: 1007,
  shortName: 'dvi',
  longName: 'deviceInfo',
  clause: 'TS-0004 §D.8.1',
  attributes: {
    dlb: attribute('deviceLabel', string, 'M', 'O', { mandatory: true, announce: 'OA' }),
    man: attribute('manufacturer', string, 'M', 'NP', { mandatory: true, announce: 'OA' }),
    mfdl: attribute('manufacturerDetailsLink', string, 'O', 'O', { announce: 'OA' }),
    mfd: attribute('manufacturingDate', timestamp, 'O', 'NP', { announce: 'OA' }),
    mod: attribute('model', string, 'M', 'NP', { mandatory: true, announce: 'OA' }),
    smod: attribute('subModel', string, 'O', 'NP', { announce: 'OA' }),
    dty: attribute('deviceType', string, 'M', 'O', { mandatory: true, announce: 'OA' }),
    dvnm: attribute('deviceName', string, 'O', 'O', { announce: 'OA' }),
    fwv: attribute('fwVersion', string, 'O', 'O', { announce: 'OA' }),
    swv: attribute('swVersion', string, 'O', 'O', { announce: 'OA' }),
    hwv: attribute('hwVersion', string, 'O', 'NP', { announce: 'OA' }),
    osv: attribute('osVersion', string, 'O', 'O', { announce: 'OA' }),
    cnty: attribute('country', string, 'O', 'NP', { announce: 'OA' }),
    loc: attribute('location', string, 'O', 'O', { announce: 'OA' }),
    syst: attribute('systemTime', timestamp, 'O', 'O', { announce: 'OA' }),
    spur: attribute('supportURL', anyUri, 'O', 'O', { announce: 'OA' }),
    purl: attribute('presentationURL', anyUri, 'O', 'O', { announce: 'OA' }),
    ptl: attribute('protocol', list(mediaType), 'O', 'O', { announce: 'OA' }),
  },
});
