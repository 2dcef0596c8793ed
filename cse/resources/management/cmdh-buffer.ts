import { eventCategoryOrDefault, list, nonNegativeInteger, positiveInteger } from '../data-type.ts';
import { attribute } from '../definition.ts';
import { managementObject } from '../management-object.ts';

/** TS-0001 §D.12.8, TS-0004 §D.12.9. */
export const cmdhBuffer = managementObject({
  mgd: 1019,
  shortName: 'cmbf',
  longName: 'cmdhBuffer',
  clause: 'TS-0004 §D.12.9',
  attributes: {
    aec: attribute('applicableEventCategory', list(eventCategoryOrDefault), 'M', 'O', {
      mandatory: true,
      announce: 'OA',
    }),
    mbfs: attribute('maxBufferSize', nonNegativeInteger, 'M', 'O', { mandatory: true, announce: 'OA' }),
    sgp: attribute('storagePriority', positiveInteger, 'M', 'O', { mandatory: true, announce: 'OA' }),
  },
});
