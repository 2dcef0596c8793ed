import { common, universal } from './common.ts';
import { metaInformation, operationResult, primitiveContent } from './complex-types.ts';
import { anyUri, id, integerBetween, string } from './data-type.ts';
import { attribute, defineResource } from './definition.ts';
import { requestStatus } from './enumerations.ts';

/** TS-0001 §9.6.12, TS-0004 §7.4.12. */
export const request = defineResource({
  type: 17,
  shortName: 'req',
  longName: 'request',
  clause: 'TS-0004 §7.4.12',
  parents: ['cb'],
  creatable: false,
  attributes: {
    ...universal,
    rn: { ...universal.rn, create: 'NP' },
    et: { ...common.et, create: 'NP', update: 'NP', announce: 'NA' },
    lbl: { ...common.lbl, create: 'NP', update: 'NP', announce: 'NA' },
    acpi: { ...common.acpi, create: 'NP', announce: 'NA' },
    daci: { ...common.daci, create: 'NP', announce: 'NA' },
    cstn: common.cstn,
    op: attribute('operation', integerBetween(1, 5), 'NP', 'NP', { mandatory: true }),
    tg: attribute('target', anyUri, 'NP', 'NP', { mandatory: true }),
    org: attribute('originator', id, 'NP', 'NP', { mandatory: true }),
    rid: attribute('requestID', string, 'NP', 'NP', { mandatory: true }),
    mi: attribute('metaInformation', metaInformation, 'NP', 'NP', { mandatory: true }),
    pc: attribute('primitiveContent', primitiveContent, 'NP', 'NP'),
    rs: attribute('requestStatus', requestStatus, 'NP', 'NP', { mandatory: true }),
    ors: attribute('operationResult', operationResult, 'NP', 'NP', { mandatory: true }),
  },
});
