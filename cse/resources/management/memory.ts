import { nonNegativeInteger } from '../data-type.ts';
import { attribute } from '../definition.ts';
import { managementObject } from '../management-object.ts';

/** TS-0001 §D.4, TS-0004 §D.4.1. */
export const memory = managementObject({
  mgd: 1003,
  shortName: 'mem',
  longName: 'memory',
  clause: 'TS-0004 §D.4.1',
  atMost: { nod: 1 },
  attributes: {
    mma: attribute('memAvailable', nonNegativeInteger, 'M', 'O', { mandatory: true, announce: 'OA' }),
    mmt: attribute('memTotal', nonNegativeInteger, 'M', 'O', { mandatory: true, announce: 'OA' }),
  },
});
