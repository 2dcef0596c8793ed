import { common, unannounced, universal } from './common.ts';
import { locationRegion } from './complex-types.ts';
import { anyUri, list, positiveInteger, scheduleEntry } from './data-type.ts';
import { attribute, defineResource } from './definition.ts';
import { transferSelectionGuidance } from './enumerations.ts';

/** TS-0001 §9.6.60, TS-0004 §7.4.59. */
export const backgroundDataTransfer = defineResource({
  type: 49,
  shortName: 'bdt',
  longName: 'backgroundDataTransfer',
  clause: 'TS-0004 §7.4.59',
  parents: ['cb'],
  attributes: {
    ...universal,
    ...unannounced,
    cr: common.cr,
    vpn: attribute('volumePerNode', positiveInteger, 'M', 'O', { mandatory: true }),
    non: attribute('numberOfNodes', positiveInteger, 'M', 'O', { mandatory: true }),
    dtw: attribute('desiredTimeWindow', scheduleEntry, 'M', 'O'),
    tsg: attribute('transferSelectionGuidance', list(transferSelectionGuidance), 'O', 'O'),
    ggi: attribute('geographicInformation', locationRegion, 'O', 'O'),
    gli: attribute('groupLink', anyUri, 'O', 'O'),
    mid: attribute('memberIDs', list(anyUri, { minItems: 1 }), 'O', 'O'),
  },
});
