import { common, universal } from './common.ts';
import { boolean } from './data-type.ts';
import { attribute, defineResource } from './definition.ts';

/** TS-0001 §9.6.21, TS-0004 §7.4.21. */
export const pollingChannel = defineResource({
  type: 15,
  shortName: 'pch',
  longName: 'pollingChannel',
  clause: 'TS-0004 §7.4.21',
  parents: ['csr', 'ae'],
  virtualChildren: ['pcu'],
  atMost: { ae: 1, csr: 1 },
  attributes: {
    ...universal,
    et: { ...common.et, announce: 'NA' },
    lbl: { ...common.lbl, announce: 'NA' },
    rqag: attribute('requestAggregation', boolean, 'O', 'O'),
  },
});
