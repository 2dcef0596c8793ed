import { announceable, common, universal } from './common.ts';
import { anyUri, base64, list, text } from './data-type.ts';
import { attribute, defineResource } from './definition.ts';

/** TS-0001 §9.6.53, TS-0004 §7.4.49. */
export const semanticMashupJobProfile = defineResource({
  type: 40,
  shortName: 'smjp',
  longName: 'semanticMashupJobProfile',
  clause: 'TS-0004 §7.4.49',
  parents: ['cb', 'csr', 'csrA'],
  announced: { parents: ['csr', 'csrA', 'cbA'] },
  attributes: {
    ...universal,
    et: common.et,
    lbl: common.lbl,
    acpi: common.acpi,
    daci: common.daci,
    cr: common.cr,
    at: announceable.at,
    aa: announceable.aa,
    mbft: attribute('memberFilter', text, 'M', 'O', { mandatory: true, announce: 'OA' }),
    miid: attribute('smiID', list(anyUri, { minItems: 1 }), 'O', 'O', { announce: 'OA' }),
    iptd: attribute('inputDescriptor', base64, 'O', 'O', { announce: 'OA' }),
    uptd: attribute('outputDescriptor', base64, 'M', 'O', { mandatory: true, announce: 'OA' }),
    fucd: attribute('functionDescriptor', base64, 'M', 'O', { mandatory: true, announce: 'OA' }),
  },
});
