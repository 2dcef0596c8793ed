import { unannounced, universal } from './common.ts';
import { execReqArgs } from './complex-types.ts';
import { boolean, duration, nonNegativeInteger, string } from './data-type.ts';
import { attribute, defineResource } from './definition.ts';
import { execModeType } from './enumerations.ts';

/** TS-0001 §9.6.16, TS-0004 §7.4.16. */
export const mgmtCmd = defineResource({
  type: 12,
  shortName: 'mgc',
  longName: 'mgmtCmd',
  clause: 'TS-0004 §7.4.16',
  parents: ['cb'],
  attributes: {
    ...universal,
    ...unannounced,
    dc: attribute('description', string, 'O', 'O'),
    // Its values are checked by the type's rules, whose refusal has a status of its own.
    cmt: attribute('cmdType', nonNegativeInteger, 'M', 'NP', { mandatory: true }),
    exra: attribute('execReqArgs', execReqArgs, 'O', 'O'),
    exe: attribute('execEnable', boolean, 'O', 'O', { mandatory: true }),
    ext: attribute('execTarget', string, 'M', 'O', { mandatory: true }),
    exm: attribute('execMode', execModeType, 'O', 'O'),
    exf: attribute('execFrequency', duration, 'O', 'O'),
    exy: attribute('execDelay', duration, 'O', 'O'),
    exn: attribute('execNumber', nonNegativeInteger, 'O', 'O'),
  },
});
