import { common, universal } from './common.ts';
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
    et: { ...common.et, announce: 'NA' },
    lbl: { ...common.lbl, announce: 'NA' },
    acpi: { ...common.acpi, announce: 'NA' },
    daci: { ...common.daci, announce: 'NA' },
    cr: common.cr,
  },
});
