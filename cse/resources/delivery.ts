import { unannounced, universal } from './common.ts';
import { aggregatedRequest, deliveryMetadata } from './complex-types.ts';
import { eventCategory, id, timestamp } from './data-type.ts';
import { attribute, defineResource } from './definition.ts';

/** TS-0001 §9.6.11, TS-0004 §7.4.11. */
export const delivery = defineResource({
  type: 6,
  shortName: 'dlv',
  longName: 'delivery',
  clause: 'TS-0004 §7.4.11',
  parents: ['cb'],
  attributes: {
    ...universal,
    ...unannounced,
    sr: attribute('source', id, 'M', 'NP', { mandatory: true }),
    tg: attribute('target', id, 'M', 'NP', { mandatory: true }),
    ls: attribute('lifespan', timestamp, 'M', 'O', { mandatory: true }),
    ec: attribute('eventCat', eventCategory, 'M', 'O', { mandatory: true }),
    dmd: attribute('deliveryMetaData', deliveryMetadata, 'M', 'O', { mandatory: true }),
    arq: attribute('aggregatedRequest', aggregatedRequest, 'O', 'O', { mandatory: true }),
  },
});
