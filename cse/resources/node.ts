import { announceable, common, universal } from './common.ts';
import { boolean, id, list, nonNegativeInteger, string } from './data-type.ts';
import { attribute, defineResource } from './definition.ts';

/** TS-0001 §9.6.18, TS-0004 §7.4.18. */
export const node = defineResource({
  type: 14,
  shortName: 'nod',
  longName: 'node',
  clause: 'TS-0004 §7.4.18',
  parents: ['cb'],
  announced: { parents: ['csr', 'csrA', 'cbA'] },
  attributes: {
    ...universal,
    et: common.et,
    lbl: common.lbl,
    acpi: common.acpi,
    daci: common.daci,
    cstn: common.cstn,
    ...announceable,
    ni: attribute('nodeID', string, 'M', 'O', { mandatory: true, announce: 'MA' }),
    hcl: attribute('hostedCSELink', id, 'O', 'O', { announce: 'OA' }),
    hael: attribute('hostedAELinks', list(id, { minItems: 1 }), 'O', 'O', { announce: 'OA' }),
    hsl: attribute('hostedServiceLinks', list(id, { minItems: 1 }), 'O', 'O', { announce: 'OA' }),
    mgca: attribute('mgmtClientAddress', string, 'O', 'O', { announce: 'OA' }),
    rms: attribute('roamingStatus', boolean, 'NP', 'NP', { announce: 'OA' }),
    nid: attribute('networkID', string, 'NP', 'NP', { announce: 'OA' }),
    nty: attribute('nodeType', nonNegativeInteger, 'O', 'O', { announce: 'OA' }),
  },
});
