import { unannounced, universal } from './common.ts';
import { anyUri, boolean, id, list, string } from './data-type.ts';
import { attribute, defineResource } from './definition.ts';

/** TS-0001 §9.6.20, TS-0004 §7.4.20. */
export const serviceSubscribedNode = defineResource({
  type: 20,
  shortName: 'svsn',
  longName: 'serviceSubscribedNode',
  clause: 'TS-0004 §7.4.20',
  parents: ['mssp'],
  attributes: {
    ...universal,
    ...unannounced,
    ni: attribute('nodeID', string, 'M', 'NP', { mandatory: true }),
    csi: attribute('CSE-ID', id, 'O', 'NP'),
    di: attribute('deviceIdentifier', list(string), 'O', 'NP'),
    rlk: attribute('ruleLinks', list(anyUri, { minItems: 1 }), 'O', 'O'),
    nrq: attribute('niddRequired', boolean, 'O', 'O'),
  },
});
