import { announceable, common, universal } from './common.ts';
import {
  absoluteOrRelativeTimestamp,
  anyUri,
  boolean,
  contentInfo,
  list,
  nonNegativeInteger,
  positiveInteger,
} from './data-type.ts';
import { attribute, defineResource } from './definition.ts';
import { location } from './location.ts';

/** TS-0001 §9.6.36, TS-0004 §7.4.38. */
export const timeSeries = defineResource({
  type: 29,
  shortName: 'ts',
  longName: 'timeSeries',
  clause: 'TS-0004 §7.4.38',
  parents: ['cb', 'csr', 'ae', 'cnt', 'fcnt', 'csrA', 'aeA', 'cntA', 'fcntA'],
  virtualChildren: ['la', 'ol'],
  announced: { parents: ['csr', 'csrA', 'aeA', 'cntA', 'fcntA', 'cbA'] },
  attributes: {
    ...universal,
    ...common,
    ...announceable,
    mni: attribute('maxNrOfInstances', nonNegativeInteger, 'O', 'O', { announce: 'OA' }),
    mbs: attribute('maxByteSize', nonNegativeInteger, 'O', 'O', { announce: 'OA' }),
    mia: attribute('maxInstanceAge', nonNegativeInteger, 'O', 'O', { announce: 'OA' }),
    cni: attribute('currentNrOfInstances', nonNegativeInteger, 'NP', 'NP', { mandatory: true }),
    cbs: attribute('currentByteSize', nonNegativeInteger, 'NP', 'NP', { mandatory: true }),
    pei: attribute('periodicInterval', positiveInteger, 'O', 'O', { announce: 'OA' }),
    peid: attribute('periodicIntervalDelta', nonNegativeInteger, 'O', 'O', { announce: 'OA' }),
    mdd: attribute('missingDataDetect', boolean, 'O', 'O'),
    mdn: attribute('missingDataMaxNr', positiveInteger, 'O', 'O', { announce: 'OA' }),
    mdlt: attribute('missingDataList', list(absoluteOrRelativeTimestamp), 'NP', 'NP'),
    mdc: attribute('missingDataCurrentNr', nonNegativeInteger, 'NP', 'NP', { mandatory: true }),
    mdt: attribute('missingDataDetectTimer', positiveInteger, 'O', 'O', { announce: 'OA' }),
    or: attribute('ontologyRef', anyUri, 'O', 'O', { announce: 'OA' }),
    cnf: attribute('contentInfo', contentInfo, 'O', 'NP', { announce: 'OA' }),
    loc: attribute('location', location, 'O', 'O', { announce: 'OA' }),
  },
});
