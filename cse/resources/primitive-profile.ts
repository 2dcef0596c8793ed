import { announceable, common, universal } from './common.ts';
import { attributeValue } from './complex-types.ts';
import { anyUri, id, integerBetween, list, ncName, nonNegativeInteger, string } from './data-type.ts';
import { attribute, defineResource } from './definition.ts';

/** Release 4 of the standard. */
export const primitiveProfile = defineResource({
  type: 62,
  shortName: 'prp',
  longName: 'primitiveProfile',
  clause: 'release 4',
  parents: ['cb', 'csr', 'ae'],
  announced: { parents: ['cbA', 'csr', 'csrA', 'aeA'] },
  attributes: {
    ...universal,
    ...common,
    ...announceable,
    idl: attribute('IDList', list(id, { minItems: 1 }), 'M', 'O', { mandatory: true, announce: 'OA' }),
    rtys: attribute('resourceTypes', list(nonNegativeInteger), 'O', 'O', { announce: 'OA' }),
    ops: attribute('operations', list(integerBetween(1, 5)), 'O', 'O', { announce: 'OA' }),
    rsds: attribute('resourceIDs', list(anyUri, { minItems: 1 }), 'O', 'O', { announce: 'OA' }),
    rvs: attribute('releaseVersions', list(string), 'O', 'NP', { announce: 'OA' }),
    adds: attribute('additions', list(attributeValue), 'O', 'O', { announce: 'OA' }),
    dels: attribute('deletions', list(ncName, { minItems: 1 }), 'O', 'O', { announce: 'OA' }),
    appl: attribute('applicability', list(string), 'O', 'O', { announce: 'OA' }),
  },
});
