import { any, boolean, eventCategory, id, list, positiveInteger } from '../data-type.ts';
import { attribute } from '../definition.ts';
import { managementObject } from '../management-object.ts';

/** TS-0001 §D.12.3, TS-0004 §D.12.4. */
export const cmdhDefEcValue = managementObject({
  mgd: 1014,
  shortName: 'cmdv',
  longName: 'cmdhDefEcValue',
  clause: 'TS-0004 §D.12.4',
  attributes: {
    od: attribute('order', positiveInteger, 'M', 'O', { mandatory: true, announce: 'OA' }),
    dev: attribute('defEcValue', eventCategory, 'M', 'O', { mandatory: true, announce: 'OA' }),
    ror: attribute('requestOrigin', list(id, { minItems: 1 }), 'M', 'O', { mandatory: true, announce: 'OA' }),
    rct: attribute('requestContext', any, 'O', 'O', { announce: 'OA' }),
    rctn: attribute('requestContextNotification', boolean, 'O', 'O', { announce: 'OA' }),
    rch: attribute('requestCharacteristics', any, 'O', 'O', { announce: 'OA' }),
  },
});
