import { common, unannounced, universal } from './common.ts';
import { defineResource } from './definition.ts';

/** TS-0001 §9.6.23, TS-0004 §7.4.23. */
export const statsConfig = defineResource({
  type: 22,
  shortName: 'stcg',
  longName: 'statsConfig',
  clause: 'TS-0004 §7.4.23',
  parents: ['cb'],
  attributes: {
    ...universal,
    ...unannounced,
    cr: common.cr,
  },
});
