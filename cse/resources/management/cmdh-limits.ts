import { any, boolean, eventCategory, id, integer, list, positiveInteger } from '../data-type.ts';
import { attribute } from '../definition.ts';
import { managementObject } from '../management-object.ts';

/** TS-0001 §D.12.5, TS-0004 §D.12.6. */
export const cmdhLimits = managementObject({
  mgd: 1016,
  shortName: 'cml',
  longName: 'cmdhLimits',
  clause: 'TS-0004 §D.12.6',
  attributes: {
    od: attribute('order', positiveInteger, 'M', 'O', { mandatory: true, announce: 'OA' }),
    ror: attribute('requestOrigin', list(id, { minItems: 1 }), 'M', 'O', { mandatory: true, announce: 'OA' }),
    rct: attribute('requestContext', any, 'O', 'O', { announce: 'OA' }),
    rctn: attribute('requestContextNotification', boolean, 'O', 'O', { announce: 'OA' }),
    rch: attribute('requestCharacteristics', any, 'O', 'O', { announce: 'OA' }),
    lec: attribute('limitsEventCategory', list(eventCategory), 'M', 'O', { mandatory: true, announce: 'OA' }),
    lqet: attribute('limitsRequestExpTime', list(integer, { minItems: 2, maxItems: 2 }), 'M', 'O', {
      mandatory: true,
      announce: 'OA',
    }),
    lset: attribute('limitsResultExpTime', list(integer, { minItems: 2, maxItems: 2 }), 'M', 'O', {
      mandatory: true,
      announce: 'OA',
    }),
    loet: attribute('limitsOpExecTime', list(integer, { minItems: 2, maxItems: 2 }), 'M', 'O', {
      mandatory: true,
      announce: 'OA',
    }),
    lrp: attribute('limitsRespPersistence', list(integer, { minItems: 2, maxItems: 2 }), 'M', 'O', {
      mandatory: true,
      announce: 'OA',
    }),
    lda: attribute('limitsDelAggregation', list(boolean), 'M', 'O', { mandatory: true, announce: 'OA' }),
  },
});
