import { announceable, common, universal } from './common.ts';
import { anyUri, duration, id, list } from './data-type.ts';
import { attribute, defineResource } from './definition.ts';
import { beaconCriteria } from './enumerations.ts';

/** Release 4 of the standard. */
export const timeSyncBeacon = defineResource({
  type: 60,
  shortName: 'tsb',
  longName: 'timeSyncBeacon',
  clause: 'release 4',
  parents: ['cb', 'csr', 'ae'],
  announced: { parents: ['cbA', 'csr', 'csrA', 'aeA'] },
  attributes: {
    ...universal,
    et: common.et,
    lbl: common.lbl,
    acpi: common.acpi,
    daci: common.daci,
    cstn: common.cstn,
    ...announceable,
    bcnr: attribute('beaconRequester', id, 'O', 'NP', { announce: 'OA' }),
    bcnc: attribute('beaconCriteria', beaconCriteria, 'M', 'O', { mandatory: true, announce: 'OA' }),
    bcni: attribute('beaconInterval', duration, 'O', 'O', { announce: 'OA' }),
    bcnt: attribute('beaconThreshold', duration, 'O', 'O', { announce: 'OA' }),
    bcnu: attribute('beaconNotificationURIs', list(anyUri, { minItems: 1 }), 'M', 'O', {
      mandatory: true,
      announce: 'OA',
    }),
  },
});
