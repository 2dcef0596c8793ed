import { announceable, common, universal } from './common.ts';
import { privileges } from './complex-types.ts';
import { anyUri, list } from './data-type.ts';
import { attribute, defineResource } from './definition.ts';

/** TS-0001 §9.6.2, TS-0004 §7.4.2. */
export const accessControlPolicy = defineResource({
  type: 1,
  shortName: 'acp',
  longName: 'accessControlPolicy',
  clause: 'TS-0004 §7.4.2',
  parents: ['cb', 'csr', 'ae', 'csrA', 'aeA'],
  announced: { parents: ['csr', 'csrA', 'aeA', 'cbA'] },
  attributes: {
    ...universal,
    et: common.et,
    lbl: common.lbl,
    ...announceable,
    pv: attribute('privileges', privileges, 'M', 'O', { mandatory: true, announce: 'MA' }),
    pvs: attribute('selfPrivileges', privileges, 'M', 'O', { mandatory: true, announce: 'MA' }),
    adri: attribute('authorizationDecisionResourceIDs', list(anyUri), 'O', 'O', { announce: 'MA', supported: false }),
    apri: attribute('authorizationPolicyResourceIDs', list(anyUri), 'O', 'O', { announce: 'MA', supported: false }),
    airi: attribute('authorizationInformationResourceIDs', list(anyUri), 'O', 'O', {
      announce: 'MA',
      supported: false,
    }),
  },
});
