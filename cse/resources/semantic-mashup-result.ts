import { announceable, common, universal } from './common.ts';
import { base64, list, serialization } from './data-type.ts';
import { attribute, defineResource } from './definition.ts';

/** TS-0001 §9.6.56, TS-0004 §7.4.52. */
export const semanticMashupResult = defineResource({
  type: 42,
  shortName: 'smr',
  longName: 'semanticMashupResult',
  clause: 'TS-0004 §7.4.52',
  parents: ['smi', 'smiA'],
  announced: { parents: ['smiA', 'cbA', 'csr'] },
  creatable: false,
  updatable: false,
  attributes: {
    ...universal,
    rn: { ...universal.rn, create: 'NP' },
    et: { ...common.et, create: 'NP', update: 'NP' },
    lbl: { ...common.lbl, create: 'NP', update: 'NP' },
    acpi: { ...common.acpi, create: 'NP', update: 'NP' },
    daci: { ...common.daci, create: 'NP', update: 'NP' },
    cr: { ...common.cr, create: 'NP' },
    at: { ...announceable.at, create: 'NP', update: 'NP' },
    aa: { ...announceable.aa, create: 'NP', update: 'NP' },
    jpin: attribute('smjpInputParameter', base64, 'NP', 'NP', { announce: 'OA' }),
    mrf: attribute('mashupResultFormat', list(serialization), 'NP', 'NP', { mandatory: true, announce: 'OA' }),
    mrt: attribute('mashupResult', base64, 'NP', 'NP', { mandatory: true, announce: 'OA' }),
  },
});
