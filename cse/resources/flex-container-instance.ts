import { common, universal } from './common.ts';
import { id, nonNegativeInteger } from './data-type.ts';
import { attribute, defineResource } from './definition.ts';
import { location } from './location.ts';

/** Release 4 of the standard. */
export const flexContainerInstance = defineResource({
  type: 58,
  shortName: 'fci',
  longName: 'flexContainerInstance',
  clause: 'release 4',
  parents: ['fcnt'],
  updatable: false,
  creatable: false,
  announced: { parents: ['fcntA'] },
  attributes: {
    ...universal,
    et: common.et,
    lbl: common.lbl,
    loc: attribute('location', location, 'O', 'O', { announce: 'OA' }),
    cs: attribute('contentSize', nonNegativeInteger, 'NP', 'NP'),
    org: attribute('originator', id, 'NP', 'NP', { mandatory: true }),
  },
});
