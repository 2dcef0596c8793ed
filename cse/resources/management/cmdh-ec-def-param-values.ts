import { boolean, eventCategoryOrDefault, integer, list } from '../data-type.ts';
import { attribute } from '../definition.ts';
import { managementObject } from '../management-object.ts';

/** TS-0001 §D.12.4, TS-0004 §D.12.5. */
export const cmdhEcDefParamValues = managementObject({
  mgd: 1015,
  shortName: 'cmpv',
  longName: 'cmdhEcDefParamValues',
  clause: 'TS-0004 §D.12.5',
  attributes: {
    aec: attribute('applicableEventCategory', list(eventCategoryOrDefault), 'M', 'O', {
      mandatory: true,
      announce: 'OA',
    }),
    dqet: attribute('defaultRequestExpTime', integer, 'M', 'O', { mandatory: true, announce: 'OA' }),
    dset: attribute('defaultResultExpTime', integer, 'M', 'O', { mandatory: true, announce: 'OA' }),
    doet: attribute('defaultOpExecTime', integer, 'M', 'O', { mandatory: true, announce: 'OA' }),
    drp: attribute('defaultRespPersistence', integer, 'M', 'O', { mandatory: true, announce: 'OA' }),
    dda: attribute('defaultDelAggregation', boolean, 'M', 'O', { mandatory: true, announce: 'OA' }),
  },
});
