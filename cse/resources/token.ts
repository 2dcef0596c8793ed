import { unannounced, universal } from './common.ts';
import { tokenPermissions } from './complex-types.ts';
import { id, issuedId, jsonWebToken, list, string, timestamp } from './data-type.ts';
import { attribute, defineResource } from './definition.ts';

/** TS-0001 §9.6.39, TS-0004 §7.4.41. */
export const token = defineResource({
  type: 32,
  shortName: 'tk',
  longName: 'token',
  clause: 'TS-0004 §7.4.41',
  parents: ['cb', 'auif'],
  attributes: {
    ...universal,
    ...unannounced,
    tkid: attribute('tokenID', issuedId, 'M', 'NP', { mandatory: true }),
    tkob: attribute('tokenObject', jsonWebToken, 'M', 'NP', { mandatory: true }),
    vr: attribute('version', string, 'O', 'NP'),
    tkis: attribute('issuer', id, 'O', 'NP'),
    tkhd: attribute('holder', id, 'O', 'NP'),
    tknb: attribute('notBefore', timestamp, 'O', 'NP'),
    tkna: attribute('notAfter', timestamp, 'O', 'NP'),
    tknm: attribute('tokenName', string, 'O', 'NP'),
    tkau: attribute('audience', list(id, { minItems: 1 }), 'O', 'NP'),
    tkps: attribute('permissions', tokenPermissions, 'O', 'NP'),
    tkex: attribute('extension', string, 'O', 'NP'),
  },
});
