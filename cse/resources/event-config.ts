import { common, unannounced, universal } from './common.ts';
import { anyUri, integerBetween, list, nonNegativeInteger, string, timestamp } from './data-type.ts';
import { attribute, defineResource } from './definition.ts';
import { eventType } from './enumerations.ts';

/** TS-0001 §9.6.24, TS-0004 §7.4.24. */
export const eventConfig = defineResource({
  type: 7,
  shortName: 'evcg',
  longName: 'eventConfig',
  clause: 'TS-0004 §7.4.24',
  parents: ['stcg'],
  attributes: {
    ...universal,
    ...unannounced,
    cr: common.cr,
    evi: attribute('eventID', string, 'NP', 'NP', { mandatory: true }),
    evt: attribute('eventType', eventType, 'M', 'O', { mandatory: true }),
    evs: attribute('eventStart', timestamp, 'O', 'O'),
    eve: attribute('eventEnd', timestamp, 'O', 'O'),
    opt: attribute('operationType', list(integerBetween(1, 5)), 'O', 'O'),
    ds: attribute('dataSize', nonNegativeInteger, 'O', 'O'),
    erts: attribute('eventResourceTypes', list(nonNegativeInteger), 'O', 'O'),
    eris: attribute('eventResourceIDs', list(anyUri, { minItems: 1 }), 'O', 'O'),
  },
});
