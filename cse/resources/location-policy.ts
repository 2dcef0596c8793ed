import { announceable, common, universal } from './common.ts';
import { any, anyUri, boolean, duration, list, string } from './data-type.ts';
import { attribute, defineResource } from './definition.ts';
import {
  geofenceEventCriteria,
  locationInformationType,
  locationSource,
  locationUpdateEventCriteria,
} from './enumerations.ts';

/** TS-0001 §9.6.10, TS-0004 §7.4.10. */
export const locationPolicy = defineResource({
  type: 10,
  shortName: 'lcp',
  longName: 'locationPolicy',
  clause: 'TS-0004 §7.4.10',
  parents: ['cb', 'ae'],
  announced: { parents: ['csr', 'csrA', 'cbA', 'aeA'] },
  attributes: {
    ...universal,
    et: common.et,
    lbl: common.lbl,
    acpi: common.acpi,
    daci: common.daci,
    cstn: common.cstn,
    ...announceable,
    los: attribute('locationSource', locationSource, 'M', 'NP', { mandatory: true, announce: 'OA' }),
    lit: attribute('locationInformationType', locationInformationType, 'O', 'O', { mandatory: true, announce: 'OA' }),
    lou: attribute('locationUpdatePeriod', list(duration, { minItems: 1 }), 'O', 'O', { announce: 'OA' }),
    lot: attribute('locationTargetID', string, 'O', 'NP', { announce: 'OA' }),
    lor: attribute('locationServer', anyUri, 'O', 'NP', { announce: 'OA' }),
    loi: attribute('locationContainerID', anyUri, 'NP', 'NP', { mandatory: true, announce: 'OA' }),
    lon: attribute('locationContainerName', string, 'O', 'NP', { announce: 'OA' }),
    lost: attribute('locationStatus', string, 'NP', 'NP', { mandatory: true, announce: 'OA' }),
    gta: attribute('geographicalTargetArea', any, 'O', 'O', { announce: 'OA' }),
    gec: attribute('geofenceEventCriteria', geofenceEventCriteria, 'O', 'O', { announce: 'OA' }),
    aid: attribute('authID', string, 'O', 'NP', { announce: 'OA' }),
    rlkl: attribute('retrieveLastKnownLocation', boolean, 'O', 'O', { announce: 'OA' }),
    luec: attribute('locationUpdateEventCriteria', locationUpdateEventCriteria, 'O', 'O', { announce: 'OA' }),
  },
});
