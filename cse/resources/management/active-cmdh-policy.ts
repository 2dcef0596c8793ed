import { id } from '../data-type.ts';
import { attribute } from '../definition.ts';
import { managementObject } from '../management-object.ts';

/** TS-0001 §D.12.1, TS-0004 §D.12.2. */
export const activeCmdhPolicy = managementObject({
  mgd: 1012,
  shortName: 'acmp',
  longName: 'activeCmdhPolicy',
  clause: 'TS-0004 §D.12.2',
  atMost: { nod: 1 },
  attributes: {
    acmlk: attribute('activeCmdhPolicyLink', id, 'M', 'O', { mandatory: true, announce: 'OA' }),
  },
});
