import { announceable, common, universal } from './common.ts';
import { actionInput, evalCriteria, requestPrimitive, responsePrimitive } from './complex-types.ts';
import { anyUri, id, list, positiveInteger } from './data-type.ts';
import { attribute, defineResource } from './definition.ts';
import { evalMode } from './enumerations.ts';

/** Release 4 of the standard. */
export const action = defineResource({
  type: 65,
  shortName: 'actr',
  longName: 'action',
  clause: 'release 4',
  parents: ['cb', 'csr', 'ae', 'cnt', 'grp', 'nod', 'fcnt', 'ts', 'stte'],
  announced: { parents: ['csr', 'cbA', 'csrA', 'aeA', 'cntA', 'grpA', 'nodA', 'fcntA', 'tsA', 'stteA'] },
  attributes: {
    ...universal,
    ...common,
    ...announceable,
    apy: attribute('actionPriority', positiveInteger, 'O', 'O', { announce: 'OA' }),
    sri: attribute('subjectResourceID', id, 'O', 'O', { announce: 'OA' }),
    evc: attribute('evalCriteria', evalCriteria, 'M', 'O', { mandatory: true, announce: 'OA' }),
    evm: attribute('evalMode', evalMode, 'M', 'O', { mandatory: true, announce: 'OA' }),
    ecp: attribute('evalControlParam', positiveInteger, 'O', 'O', { announce: 'OA' }),
    dep: attribute('dependencies', list(anyUri, { minItems: 1 }), 'NP', 'O', { announce: 'OA' }),
    orc: attribute('objectResourceID', id, 'M', 'O', { mandatory: true, announce: 'MA' }),
    apv: attribute('actionPrimitive', requestPrimitive, 'M', 'O', { mandatory: true, announce: 'MA' }),
    ipu: attribute('input', actionInput, 'O', 'O', { announce: 'OA' }),
    air: attribute('actionResult', responsePrimitive, 'NP', 'NP', { mandatory: true, announce: 'OA' }),
  },
});
