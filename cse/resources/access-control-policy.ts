import { announceable, common, universal } from './common.ts';
import { privileges } from './complex-types.ts';
import { anyUri, list } from './data-type.ts';
import { attribute, defineResource } from './definition.ts';

const decisionPoints = list(anyUri, { minItems: 1, maxItems: 20 });

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
    adri: attribute('authorizationDecisionResourceIDs', decisionPoints, 'O', 'O', { announce: 'MA' }),
    apri: attribute('authorizationPolicyResourceIDs', decisionPoints, 'O', 'O', { announce: 'MA' }),
    airi: attribute('authorizationInformationResourceIDs', decisionPoints, 'O', 'O', { announce: 'MA' }),
  },
});
