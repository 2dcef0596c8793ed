import { announceable, common, universal } from './common.ts';
import { mashupMembers } from './complex-types.ts';
import { anyUri, base64, duration, list } from './data-type.ts';
import { attribute, defineResource } from './definition.ts';
import { mashupMemberStoreType, mashupResultGenType } from './enumerations.ts';

/** TS-0001 §9.6.54, TS-0004 §7.4.50. */
export const semanticMashupInstance = defineResource({
  type: 41,
  shortName: 'smi',
  longName: 'semanticMashupInstance',
  clause: 'TS-0004 §7.4.50',
  parents: ['cb', 'csr', 'ae', 'smjp', 'csrA', 'aeA', 'smjpA'],
  virtualChildren: ['msp'],
  announced: { parents: ['csr', 'csrA', 'aeA', 'smjpA', 'cbA'] },
  attributes: {
    ...universal,
    et: common.et,
    lbl: common.lbl,
    acpi: common.acpi,
    daci: common.daci,
    cr: common.cr,
    at: announceable.at,
    aa: announceable.aa,
    mjid: attribute('smjpID', anyUri, 'M', 'O', { mandatory: true, announce: 'OA' }),
    jpin: attribute('smjpInputParameter', base64, 'M', 'O', { announce: 'OA' }),
    mst: attribute('memberStoreType', mashupMemberStoreType, 'M', 'O', { mandatory: true, announce: 'OA' }),
    msm: attribute('mashupMember', mashupMembers, 'O', 'O', { announce: 'OA' }),
    rgt: attribute('resultGenType', list(mashupResultGenType), 'M', 'O', { mandatory: true, announce: 'OA' }),
    prg: attribute('periodForResultGen', duration, 'O', 'O', { announce: 'OA' }),
  },
});
