import { managementObject } from '../management-object.ts';

/** TS-0001 §D.12.2, TS-0004 §D.12.3. */
export const cmdhDefaults = managementObject({
  mgd: 1013,
  shortName: 'cmdf',
  longName: 'cmdhDefaults',
  clause: 'TS-0004 §D.12.3',
  attributes: {},
});
