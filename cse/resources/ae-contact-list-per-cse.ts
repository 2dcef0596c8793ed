import { common, universal } from './common.ts';
import { id, list } from './data-type.ts';
import { attribute, defineResource } from './definition.ts';

/** TS-0001 §9.6.46, TS-0004 §7.4.54. */
export const aeContactListPerCse = defineResource({
  type: 44,
  shortName: 'alpc',
  longName: 'AEContactListPerCSE',
  clause: 'TS-0004 §7.4.54',
  parents: ['alst'],
  creatable: false,
  updatable: false,
  deletable: false,
  attributes: {
    ...universal,
    rn: { ...universal.rn, create: 'NP' },
    et: { ...common.et, create: 'NP', update: 'NP', announce: 'NA' },
    lbl: { ...common.lbl, create: 'NP', update: 'NP', announce: 'NA' },
    acpi: { ...common.acpi, create: 'NP', update: 'NP', announce: 'NA' },
    daci: { ...common.daci, create: 'NP', update: 'NP', announce: 'NA' },
    csi: attribute('CSE-ID', id, 'NP', 'NP', { mandatory: true }),
    ail: attribute('AE-IDList', list(id, { minItems: 1 }), 'NP', 'NP'),
  },
});
