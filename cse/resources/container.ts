import { announceable, common, universal } from './common.ts';
import { anyUri, boolean, list, nonNegativeInteger, string } from './data-type.ts';
import { attribute, defineResource } from './definition.ts';
import { location } from './location.ts';

/** TS-0001 §9.6.6, TS-0004 §7.4.6. */
export const container = defineResource({
  type: 3,
  shortName: 'cnt',
  longName: 'container',
  clause: 'TS-0004 §7.4.6',
  parents: ['cb', 'csr', 'ae', 'cnt', 'fcnt', 'csrA', 'aeA', 'cntA', 'fcntA'],
  virtualChildren: ['la', 'ol'],
  announced: { parents: ['csr', 'csrA', 'aeA', 'cntA', 'fcntA', 'cbA'] },
  attributes: {
    ...universal,
    ...common,
    ...announceable,
    st: attribute('stateTag', nonNegativeInteger, 'NP', 'NP', { mandatory: true }),
    mni: attribute('maxNrOfInstances', nonNegativeInteger, 'O', 'O', { announce: 'OA' }),
    mbs: attribute('maxByteSize', nonNegativeInteger, 'O', 'O', { announce: 'OA' }),
    mia: attribute('maxInstanceAge', nonNegativeInteger, 'O', 'O', { announce: 'OA' }),
    cni: attribute('currentNrOfInstances', nonNegativeInteger, 'NP', 'NP', { mandatory: true }),
    cbs: attribute('currentByteSize', nonNegativeInteger, 'NP', 'NP', { mandatory: true }),
    li: attribute('locationID', anyUri, 'NP', 'NP', { announce: 'OA' }),
    or: attribute('ontologyRef', anyUri, 'O', 'O', { announce: 'OA' }),
    disr: attribute('disableRetrieval', boolean, 'O', 'O', { announce: 'OA' }),
    loc: attribute('location', location, 'O', 'O', { announce: 'OA' }),
    subi: attribute('subscriptionIDs', list(string), 'O', 'O', { supported: false }),
  },
});
