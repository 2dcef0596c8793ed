import { announceable, common, universal } from './common.ts';
import { anyUri, boolean, nonNegativeInteger, uri } from './data-type.ts';
import { attribute, defineResource } from './definition.ts';
import { location } from './location.ts';

/** TS-0001 §9.6.35, TS-0004 §7.4.37. */
export const flexContainer = defineResource({
  type: 28,
  shortName: 'fcnt',
  longName: 'flexContainer',
  clause: 'TS-0004 §7.4.37',
  parents: ['cb', 'csr', 'ae', 'cnt', 'nod', 'fcnt', 'csrA', 'aeA', 'cntA', 'fcntA'],
  virtualChildren: ['la', 'ol'],
  announced: { parents: ['csr', 'csrA', 'aeA', 'cntA', 'fcntA', 'cbA', 'nodA'] },
  attributes: {
    ...universal,
    ...common,
    ...announceable,
    st: attribute('stateTag', nonNegativeInteger, 'NP', 'NP', { mandatory: true }),
    cnd: attribute('containerDefinition', uri, 'M', 'NP', { mandatory: true, announce: 'MA' }),
    or: attribute('ontologyRef', anyUri, 'O', 'O', { announce: 'OA' }),
    cs: attribute('contentSize', nonNegativeInteger, 'NP', 'NP', { mandatory: true }),
    nl: attribute('nodeLink', anyUri, 'O', 'O', { announce: 'OA' }),
    loc: attribute('location', location, 'O', 'O', { announce: 'OA' }),
    mni: attribute('maxNrOfInstances', nonNegativeInteger, 'O', 'O', { announce: 'OA' }),
    mia: attribute('maxInstanceAge', nonNegativeInteger, 'O', 'O', { announce: 'OA' }),
    mbs: attribute('maxByteSize', nonNegativeInteger, 'O', 'O', { announce: 'OA' }),
    cbs: attribute('currentByteSize', nonNegativeInteger, 'NP', 'NP'),
    cni: attribute('currentNrOfInstances', nonNegativeInteger, 'NP', 'NP'),
    fcied: attribute('fcinEnabled', boolean, 'O', 'O', { announce: 'OA' }),
  },
});
