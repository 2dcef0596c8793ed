import { announceable, common, universal } from './common.ts';
import { anySimple, string, text } from './data-type.ts';
import { attribute, defineResource } from './definition.ts';
import { semanticFormat } from './enumerations.ts';

/** TS-0001 §9.6.51, TS-0004 §7.4.47. */
export const ontology = defineResource({
  type: 39,
  shortName: 'ont',
  longName: 'ontology',
  clause: 'TS-0004 §7.4.47',
  parents: ['ontr'],
  announced: { parents: ['ontrA', 'cbA', 'csr'] },
  attributes: {
    ...universal,
    et: { ...common.et, announce: 'NA' },
    lbl: common.lbl,
    acpi: { ...common.acpi, announce: 'NA' },
    daci: common.daci,
    cr: common.cr,
    at: announceable.at,
    aa: announceable.aa,
    dc: attribute('description', string, 'O', 'O', { announce: 'OA' }),
    ontf: attribute('ontologyFormat', semanticFormat, 'M', 'O', { mandatory: true, announce: 'OA' }),
    ontc: attribute('ontologyContent', anySimple, 'M', 'O', { mandatory: true, announce: 'OA' }),
    soe: attribute('semanticOpExec', text, 'NP', 'O'),
  },
});
