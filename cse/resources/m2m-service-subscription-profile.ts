import { unannounced, universal } from './common.ts';
import { defineResource } from './definition.ts';

/** TS-0001 §9.6.19, TS-0004 §7.4.19. */
export const m2mServiceSubscriptionProfile = defineResource({
  type: 11,
  shortName: 'mssp',
  longName: 'm2mServiceSubscriptionProfile',
  clause: 'TS-0004 §7.4.19',
  parents: ['cb'],
  attributes: {
    ...universal,
    ...unannounced,
  },
});
