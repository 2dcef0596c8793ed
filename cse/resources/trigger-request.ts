import { common, unannounced, universal } from './common.ts';
import { anyUri, duration, id, integerBetween, nonNegativeInteger, string } from './data-type.ts';
import { attribute, defineResource } from './definition.ts';
import { triggerPurpose, triggerStatus } from './enumerations.ts';

/** TS-0001 §9.6.49, TS-0004 §7.4.57. */
export const triggerRequest = defineResource({
  type: 47,
  shortName: 'tgr',
  longName: 'triggerRequest',
  clause: 'TS-0004 §7.4.57',
  parents: ['ae'],
  attributes: {
    ...universal,
    ...unannounced,
    cstn: common.cstn,
    mei: attribute('M2M-Ext-ID', string, 'M', 'NP', { mandatory: true }),
    tri: attribute('Trigger-Recipient-ID', integerBetween(0, 65_535), 'M', 'O', { mandatory: true }),
    tpe: attribute('triggerPurpose', triggerPurpose, 'O', 'O', { mandatory: true }),
    tst: attribute('triggerStatus', triggerStatus, 'NP', 'NP', { mandatory: true }),
    tvt: attribute('triggerValidityTime', duration, 'M', 'O', { mandatory: true }),
    tiae: attribute('triggerInfoAE-ID', id, 'O', 'O'),
    tia: attribute('triggerInfoAddress', anyUri, 'O', 'O'),
    tio: attribute('triggerInfoOperation', integerBetween(1, 5), 'O', 'O'),
    tirt: attribute('targetedResourceType', nonNegativeInteger, 'O', 'O'),
    trf: attribute('triggerReference', string, 'NP', 'NP'),
  },
});
