import { unannounced, universal } from './common.ts';
import { id, list, string } from './data-type.ts';
import { attribute, defineResource } from './definition.ts';

/** TS-0001 §9.6.29, TS-0004 §7.4.29. */
export const serviceSubscribedAppRule = defineResource({
  type: 19,
  shortName: 'asar',
  longName: 'serviceSubscribedAppRule',
  clause: 'TS-0004 §7.4.29',
  parents: ['cb'],
  attributes: {
    ...universal,
    ...unannounced,
    apci: attribute('applicableCredIDs', list(id, { minItems: 1 }), 'O', 'O'),
    aai: attribute('allowedApp-IDs', list(id, { minItems: 1 }), 'O', 'O'),
    aae: attribute('allowedAEs', list(id, { minItems: 1 }), 'O', 'O'),
    ari: attribute('allowedRole-IDs', list(string), 'O', 'O'),
  },
});
