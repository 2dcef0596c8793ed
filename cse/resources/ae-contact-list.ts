import { common, universal } from './common.ts';
import { nonNegativeInteger } from './data-type.ts';
import { attribute, defineResource } from './definition.ts';

/** TS-0001 §9.6.45, TS-0004 §7.4.53. */
export const aeContactList = defineResource({
  type: 43,
  shortName: 'alst',
  longName: 'AEContactList',
  clause: 'TS-0004 §7.4.53',
  parents: ['cb'],
  atMost: { cb: 1 },
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
    nic: attribute('numberImpactedCSEs', nonNegativeInteger, 'NP', 'NP', { mandatory: true }),
  },
});
