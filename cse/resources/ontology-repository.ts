import { announceable, common, universal } from './common.ts';
import { defineResource } from './definition.ts';

/** TS-0001 §9.6.50, TS-0004 §7.4.46. */
export const ontologyRepository = defineResource({
  type: 38,
  shortName: 'ontr',
  longName: 'ontologyRepository',
  clause: 'TS-0004 §7.4.46',
  parents: ['cb'],
  virtualChildren: ['smv'],
  announced: { parents: ['csr', 'csrA', 'cbA'] },
  atMost: { cb: 1 },
  attributes: {
    ...universal,
    et: { ...common.et, announce: 'NA' },
    lbl: common.lbl,
    acpi: { ...common.acpi, announce: 'NA' },
    daci: common.daci,
    cr: common.cr,
    at: announceable.at,
    aa: announceable.aa,
  },
});
