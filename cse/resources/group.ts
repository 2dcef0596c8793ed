import { announceable, common, universal } from './common.ts';
import { batchNotify, specializationType } from './complex-types.ts';
import { anyUri, boolean, list, nonNegativeInteger, positiveInteger, string } from './data-type.ts';
import { type AttributesOf, attribute, defineResource } from './definition.ts';
import { consistencyStrategy } from './enumerations.ts';

/** TS-0001 §9.6.13, TS-0004 §7.4.13. */
export const group = defineResource({
  type: 9,
  shortName: 'grp',
  longName: 'group',
  clause: 'TS-0004 §7.4.13',
  parents: ['cb', 'csr', 'ae', 'csrA', 'aeA'],
  virtualChildren: ['fopt', 'sfop', 'aggregation'],
  announced: { parents: ['csr', 'csrA', 'aeA', 'cbA'] },
  attributes: {
    ...universal,
    ...common,
    ...announceable,
    mt: attribute('memberType', nonNegativeInteger, 'O', 'NP', { mandatory: true, announce: 'OA' }),
    spty: attribute('specializationType', specializationType, 'O', 'NP', { announce: 'OA' }),
    cnm: attribute('currentNrOfMembers', nonNegativeInteger, 'NP', 'NP', { mandatory: true, announce: 'OA' }),
    mnm: attribute('maxNrOfMembers', positiveInteger, 'M', 'O', { mandatory: true, announce: 'OA' }),
    mid: attribute('memberIDs', list(anyUri, { maxItems: 100_000 }), 'M', 'O', { mandatory: true, announce: 'OA' }),
    macp: attribute('membersAccessControlPolicyIDs', list(anyUri, { minItems: 1 }), 'O', 'O', { announce: 'OA' }),
    mtv: attribute('memberTypeValidated', boolean, 'NP', 'NP', { announce: 'OA' }),
    csy: attribute('consistencyStrategy', consistencyStrategy, 'O', 'NP', { mandatory: true, announce: 'OA' }),
    gn: attribute('groupName', string, 'O', 'O', { announce: 'OA' }),
    ssi: attribute('semanticSupportIndicator', boolean, 'NP', 'NP', { announce: 'OA' }),
    nar: attribute('notifyAggregation', batchNotify, 'O', 'O', { announce: 'OA' }),
  },
});

export type GroupAttributes = AttributesOf<typeof group.attributes>;
