import { unannounced, universal } from './common.ts';
import { anyUri, id, issuedId, string, timestamp } from './data-type.ts';
import { attribute, defineResource } from './definition.ts';

/** TS-0001 §9.6.38, TS-0004 §7.4.40. */
export const role = defineResource({
  type: 31,
  shortName: 'rol',
  longName: 'role',
  clause: 'TS-0004 §7.4.40',
  parents: ['cb', 'auif'],
  attributes: {
    ...universal,
    ...unannounced,
    rlid: attribute('roleID', issuedId, 'M', 'NP', { mandatory: true }),
    tkis: attribute('issuer', id, 'M', 'NP', { mandatory: true }),
    tkhd: attribute('holder', id, 'M', 'NP', { mandatory: true }),
    tknb: attribute('notBefore', timestamp, 'M', 'NP', { mandatory: true }),
    tkna: attribute('notAfter', timestamp, 'M', 'NP', { mandatory: true }),
    rlnm: attribute('roleName', string, 'O', 'NP'),
    rltl: attribute('tokenLink', anyUri, 'O', 'O'),
  },
});
