import { announceable, common, universal } from './common.ts';
import { stateTransition } from './complex-types.ts';
import { boolean, id, list } from './data-type.ts';
import { attribute, defineResource } from './definition.ts';

/** Release 4 of the standard. */
export const state = defineResource({
  type: 64,
  shortName: 'stte',
  longName: 'state',
  clause: 'release 4',
  parents: ['prmr'],
  announced: { parents: ['cbA', 'csr', 'prmrA'] },
  attributes: {
    ...universal,
    ...common,
    ...announceable,
    sact: attribute('stateActive', boolean, 'NP', 'NP', { mandatory: true, announce: 'OA' }),
    stac: attribute('stateAction', id, 'NP', 'O', { announce: 'OA' }),
    sttrs: attribute('stateTranistions', list(stateTransition), 'O', 'O', { announce: 'OA' }),
  },
});
