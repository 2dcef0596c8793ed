import { common, universal } from './common.ts';
import { execReqArgs } from './complex-types.ts';
import { boolean, duration, nonNegativeInteger, string } from './data-type.ts';
import { attribute, defineResource } from './definition.ts';
import { execModeType, execResultType, execStatusType } from './enumerations.ts';

/** TS-0001 §9.6.17, TS-0004 §7.4.17. */
export const execInstance = defineResource({
  type: 8,
  shortName: 'exin',
  longName: 'execInstance',
  clause: 'TS-0004 §7.4.17',
  parents: ['mgc'],
  creatable: false,
  attributes: {
    ...universal,
    rn: { ...universal.rn, create: 'NP' },
    et: { ...common.et, create: 'NP', announce: 'NA' },
    lbl: { ...common.lbl, create: 'NP', announce: 'NA' },
    acpi: { ...common.acpi, create: 'NP', announce: 'NA' },
    daci: { ...common.daci, create: 'NP', announce: 'NA' },
    exs: attribute('execStatus', execStatusType, 'NP', 'NP', { mandatory: true }),
    exr: attribute('execResult', execResultType, 'NP', 'NP', { mandatory: true }),
    exd: attribute('execDisable', boolean, 'NP', 'O'),
    ext: attribute('execTarget', string, 'NP', 'NP', { mandatory: true }),
    exm: attribute('execMode', execModeType, 'NP', 'NP'),
    exf: attribute('execFrequency', duration, 'NP', 'NP'),
    exy: attribute('execDelay', duration, 'NP', 'NP'),
    exn: attribute('execNumber', nonNegativeInteger, 'NP', 'NP'),
    exra: attribute('execReqArgs', execReqArgs, 'NP', 'NP'),
  },
});
