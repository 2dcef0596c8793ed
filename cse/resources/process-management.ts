import { announceable, common, universal } from './common.ts';
import { processConditions } from './complex-types.ts';
import { id, list } from './data-type.ts';
import { attribute, defineResource } from './definition.ts';
import { processControl, processStatus } from './enumerations.ts';

/** Release 4 of the standard. */
export const processManagement = defineResource({
  type: 63,
  shortName: 'prmr',
  longName: 'processManagement',
  clause: 'release 4',
  parents: ['cb', 'csr', 'ae'],
  announced: { parents: ['csr', 'cbA', 'csrA', 'aeA'] },
  attributes: {
    ...universal,
    ...common,
    ...announceable,
    prst: attribute('processStatus', processStatus, 'NP', 'NP', { mandatory: true, announce: 'OA' }),
    prct: attribute('processControl', processControl, 'NP', 'O', { mandatory: true, announce: 'OA' }),
    cust: attribute('currentState', id, 'NP', 'NP', { mandatory: true, announce: 'OA' }),
    atcos: attribute('activateConditions', list(processConditions), 'NP', 'O', { announce: 'OA' }),
    encos: attribute('endConditions', list(processConditions), 'NP', 'O', { announce: 'OA' }),
    inst: attribute('initialState', id, 'NP', 'O', { mandatory: true, announce: 'OA' }),
  },
});
