import { common, universal } from './common.ts';
import { e2eSecInfo } from './complex-types.ts';
import {
  any,
  anyUri,
  id,
  integer,
  list,
  nonNegativeInteger,
  pointOfAccess,
  releaseVersion,
  serialization,
  string,
  timestamp,
} from './data-type.ts';
import { attribute, defineResource } from './definition.ts';
import { cseTypeId } from './enumerations.ts';

/** TS-0001 §9.6.3, TS-0004 §7.4.3. Made by the CSE itself; the API can only read it. */
export const cseBase = defineResource({
  type: 5,
  shortName: 'cb',
  longName: 'CSEBase',
  clause: 'TS-0004 §7.4.3',
  parents: [],
  creatable: false,
  updatable: false,
  deletable: false,
  announced: { parents: ['cb'] },
  attributes: {
    ...universal,
    rn: { ...universal.rn, create: 'NP' },
    // The root has no parent: its parentID is empty.
    pi: { ...universal.pi, type: string },
    lbl: attribute('labels', common.lbl.type, 'NP', 'NP', { announce: 'MA' }),
    acpi: attribute('accessControlPolicyIDs', common.acpi.type, 'NP', 'NP', { announce: 'MA' }),
    cst: attribute('cseType', cseTypeId, 'NP', 'NP'),
    csi: attribute('CSE-ID', id, 'NP', 'NP', { mandatory: true }),
    srt: attribute('supportedResourceType', list(nonNegativeInteger), 'NP', 'NP', { mandatory: true }),
    poa: attribute('pointOfAccess', list(pointOfAccess), 'NP', 'NP', { mandatory: true }),
    nl: attribute('nodeLink', anyUri, 'NP', 'NP'),
    daci: attribute('dynamicAuthorizationConsultationIDs', list(anyUri), 'NP', 'NP'),
    csz: attribute('contentSerialization', list(serialization), 'NP', 'NP'),
    esi: attribute('e2eSecInfo', e2eSecInfo, 'NP', 'NP', { announce: 'MA' }),
    srv: attribute('supportedReleaseVersions', list(releaseVersion), 'NP', 'NP', { mandatory: true, announce: 'MA' }),
    hld: attribute('holder', id, 'NP', 'NP'),
    loc: attribute('location', any, 'NP', 'NP'),
    ncp: attribute('notificationCongestionPolicy', integer, 'NP', 'NP'),
    ctm: attribute('currentTime', timestamp, 'NP', 'NP'),
    cstn: attribute('custodian', id, 'NP', 'NP'),
    spi: attribute('SP-ID', string, 'NP', 'NP', { announce: 'OA' }),
    ici: attribute('IN-CSE-ID', id, 'NP', 'NP', { announce: 'OA' }),
  },
});
