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
import { cseTypeId, multicastCapability } from './enumerations.ts';
import { location } from './location.ts';

/** TS-0001 §9.6.4, TS-0004 §7.4.4. */
export const remoteCse = defineResource({
  type: 16,
  shortName: 'csr',
  longName: 'remoteCSE',
  clause: 'TS-0004 §7.4.4',
  parents: ['cb'],
  announced: { parents: ['cb', 'csr', 'cbA'] },
  attributes: {
    ...universal,
    ...common,
    ...announceable,
    cst: attribute('cseType', cseTypeId, 'O', 'NP', { announce: 'OA' }),
    poa: attribute('pointOfAccess', list(pointOfAccess), 'O', 'O', { announce: 'OA' }),
    cb: attribute('CSEBase', anyUri, 'M', 'NP', { mandatory: true, announce: 'OA' }),
    csi: attribute('CSE-ID', id, 'O', 'NP', { mandatory: true, announce: 'OA' }),
    mei: attribute('M2M-Ext-ID', string, 'O', 'O'),
    tri: attribute('Trigger-Recipient-ID', integerBetween(0, 65_535), 'O', 'O'),
    rr: attribute('requestReachability', boolean, 'M', 'O', { mandatory: true, announce: 'OA' }),
    nl: attribute('nodeLink', anyUri, 'O', 'O', { announce: 'OA' }),
    trn: attribute('triggerReferenceNumber', nonNegativeInteger, 'O', 'O'),
    csz: attribute('contentSerialization', list(serialization), 'O', 'O', { announce: 'OA' }),
    esi: attribute('e2eSecInfo', e2eSecInfo, 'O', 'O', { announce: 'MA' }),
    dcse: attribute('descendantCSEs', list(id, { minItems: 1 }), 'O', 'O', { announce: 'OA' }),
    srv: attribute('supportedReleaseVersions', list(releaseVersion), 'M', 'O', { announce: 'MA' }),
    mtcc: attribute('multicastCapability', multicastCapability, 'O', 'O', { announce: 'OA' }),
    egid: attribute('externalGroupID', string, 'O', 'O', { announce: 'OA' }),
    tren: attribute('triggerEnable', boolean, 'O', 'O', { announce: 'OA' }),
    ape: attribute('activityPatternElements', activityPatternElements, 'O', 'O', { announce: 'OA' }),
    loc: attribute('location', location, 'O', 'O', { announce: 'OA' }),
    spi: attribute('SP-ID', id, 'O', 'O', { mandatory: true, announce: 'OA' }),
    ici: attribute('IN-CSE-ID', id, 'O', 'O', { announce: 'OA' }),
  },
});
