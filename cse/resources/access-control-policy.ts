import { announceable, common, universal } from './common.ts';
import { anyUri, boolean, complex, id, integerBetween, list, nonNegativeInteger, string } from './data-type.ts';
import { attribute, defineResource } from './definition.ts';

const contexts = complex('access control contexts', [], {
  actw: list(string),
  acip: complex('IP addresses', [], { ipv4: list(string), ipv6: list(string) }),
  aclr: complex('a location region', [], { accc: list(string), accr: list(string) }),
});

const objectDetails = complex('object details', ['chty'], {
  ty: nonNegativeInteger,
  spty: complex('a specialization', [], { cnd: anyUri, mgd: nonNegativeInteger }),
  chty: list(nonNegativeInteger, { minItems: 1 }),
});

/** TS-0004 §6.3.5.27. */
const accessControlRule = complex('an access control rule', ['acor', 'acop'], {
  acor: list(id),
  acop: integerBetween(0, 63),
  acco: list(contexts),
  acaf: boolean,
  acod: list(objectDetails),
});

/** TS-0004 §6.3.5.26: `{ "acr": [ … ] }`. */
const privileges = complex('{ "acr": [ access control rules ] }', [], {
  acr: list(accessControlRule, { maxItems: 200 }),
});

/** TS-0001 §9.6.2, TS-0004 §7.4.2. */
export const accessControlPolicy = defineResource({
  type: 1,
  shortName: 'acp',
  longName: 'accessControlPolicy',
  clause: 'TS-0004 §7.4.2',
  parents: ['cb', 'csr', 'ae'],
  children: ['sub', 'trac'],
  attributes: {
    ...universal,
    et: common.et,
    lbl: common.lbl,
    ...announceable,
    pv: attribute('privileges', privileges, 'M', 'O', { mandatory: true, announce: 'MA' }),
    pvs: attribute('selfPrivileges', privileges, 'M', 'O', { mandatory: true, announce: 'MA' }),
    adri: attribute('authorizationDecisionResourceIDs', list(anyUri), 'O', 'O', { announce: 'MA', supported: false }),
    apri: attribute('authorizationPolicyResourceIDs', list(anyUri), 'O', 'O', { announce: 'MA', supported: false }),
    airi: attribute('authorizationInformationResourceIDs', list(anyUri), 'O', 'O', {
      announce: 'MA',
      supported: false,
    }),
  },
});
