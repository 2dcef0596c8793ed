import { announceable, common, universal } from './common.ts';
import { activityPatternElements, e2eSecInfo } from './complex-types.ts';
import {
  anyUri,
  boolean,
  id,
  integerBetween,
  list,
  nonNegativeInteger,
  pointOfAccess,
  releaseVersion,
  serialization,
  string,
} from './data-type.ts';
import { attribute, defineResource } from './definition.ts';
import { aeRegistrationStatus } from './enumerations.ts';
import { location } from './location.ts';

/** TS-0001 §9.6.5, TS-0004 §7.4.5. */
export const ae = defineResource({
  type: 2,
  shortName: 'ae',
  longName: 'AE',
  clause: 'TS-0004 §7.4.5',
  parents: ['cb'],
  announced: { parents: ['cb', 'csr', 'csrA', 'cbA'] },
  attributes: {
    ...universal,
    et: common.et,
    lbl: common.lbl,
    acpi: common.acpi,
    daci: common.daci,
    cstn: common.cstn,
    ...announceable,
    apn: attribute('appName', string, 'O', 'O', { announce: 'OA' }),
    api: attribute('App-ID', string, 'M', 'NP', { mandatory: true, announce: 'OA' }),
    aei: attribute('AE-ID', id, 'NP', 'NP', { mandatory: true, announce: 'OA' }),
    poa: attribute('pointOfAccess', list(pointOfAccess, { minItems: 1, maxItems: 20 }), 'O', 'O', { announce: 'OA' }),
    or: attribute('ontologyRef', anyUri, 'O', 'O', { announce: 'OA' }),
    nl: attribute('nodeLink', anyUri, 'O', 'O', { announce: 'OA' }),
    rr: attribute('requestReachability', boolean, 'M', 'O', { mandatory: true, announce: 'OA' }),
    csz: attribute('contentSerialization', list(serialization, { minItems: 1 }), 'O', 'O', { announce: 'OA' }),
    esi: attribute('e2eSecInfo', e2eSecInfo, 'O', 'O', { announce: 'MA', supported: false }),
    mei: attribute('M2M-Ext-ID', string, 'O', 'O'),
    srv: attribute('supportedReleaseVersions', list(releaseVersion, { minItems: 1 }), 'M', 'O', {
      mandatory: true,
      announce: 'MA',
    }),
    regs: attribute('registrationStatus', aeRegistrationStatus, 'O', 'O', { announce: 'OA' }),
    trps: attribute('trackRegistrationPoints', boolean, 'O', 'O', { announce: 'OA' }),
    scp: attribute('sessionCapabilities', list(string), 'O', 'O', { announce: 'OA' }),
    tren: attribute('triggerEnable', boolean, 'O', 'O', { announce: 'OA' }),
    ape: attribute('activityPatternElements', activityPatternElements, 'O', 'O', { announce: 'OA', supported: false }),
    tri: attribute('Trigger-Recipient-ID', integerBetween(0, 65_535), 'O', 'O'),
    trn: attribute('triggerReferenceNumber', nonNegativeInteger, 'O', 'O'),
    loc: attribute('location', location, 'O', 'O', { announce: 'OA' }),
  },
});
