import { announceable, common, universal } from './common.ts';
import { evalCriteria } from './complex-types.ts';
import { boolean, id } from './data-type.ts';
import { attribute, defineResource } from './definition.ts';

/** Release 4 of the standard. */
export const dependency = defineResource({
  type: 66,
  shortName: 'depr',
  longName: 'dependency',
  clause: 'release 4',
  parents: ['actr'],
  announced: { parents: ['cbA', 'csr', 'actrA'] },
  attributes: {
    ...universal,
    ...common,
    ...announceable,
    sfc: attribute('sufficient', boolean, 'M', 'O', { mandatory: true, announce: 'OA' }),
    evc: attribute('evalCriteria', evalCriteria, 'M', 'O', { mandatory: true, announce: 'OA' }),
    rri: attribute('referencedResourceID', id, 'M', 'O', { mandatory: true, announce: 'MA' }),
  },
});
