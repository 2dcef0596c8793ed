import { announceable, unannounced, universal } from './common.ts';
import { ipAddress } from './complex-types.ts';
import { anyUri, duration, list, string } from './data-type.ts';
import { attribute, defineResource } from './definition.ts';

/** TS-0001 §9.6.44, TS-0004 §7.4.55. */
export const localMulticastGroup = defineResource({
  type: 45,
  shortName: 'lmg',
  longName: 'localMulticastGroup',
  clause: 'TS-0004 §7.4.55',
  parents: ['cb'],
  attributes: {
    ...universal,
    ...unannounced,
    at: announceable.at,
    aa: announceable.aa,
    egid: attribute('externalGroupID', string, 'O', 'O'),
    mad: attribute('multicastAddress', ipAddress, 'M', 'O', { mandatory: true }),
    mgft: attribute('multicastGroupFanoutTarget', anyUri, 'M', 'NP', { mandatory: true }),
    mli: attribute('memberList', list(anyUri, { minItems: 1 }), 'M', 'O', { mandatory: true }),
    rstt: attribute('responseTarget', anyUri, 'O', 'O', { mandatory: true }),
    rstw: attribute('responseTimeWindow', duration, 'O', 'O'),
    tmgi: attribute('TMGI', string, 'O', 'O'),
  },
});
