import { announceable, common, universal } from './common.ts';
import { absoluteOrRelativeTimestamp, anySimple, nonNegativeInteger } from './data-type.ts';
import { attribute, defineResource } from './definition.ts';
import { location } from './location.ts';

/** TS-0001 §9.6.37, TS-0004 §7.4.39. */
export const timeSeriesInstance = defineResource({
  type: 30,
  shortName: 'tsi',
  longName: 'timeSeriesInstance',
  clause: 'TS-0004 §7.4.39',
  parents: ['ts', 'tsA'],
  updatable: false,
  announced: { parents: ['tsA'] },
  attributes: {
    ...universal,
    et: { ...common.et, update: 'NP', announce: 'NA' },
    lbl: { ...common.lbl, update: 'NP' },
    cr: common.cr,
    at: { ...announceable.at, update: 'NP' },
    aa: { ...announceable.aa, update: 'NP' },
    ast: announceable.ast,
    dgt: attribute('dataGenerationTime', absoluteOrRelativeTimestamp, 'M', 'NP', { mandatory: true, announce: 'OA' }),
    con: attribute('content', anySimple, 'M', 'NP', { mandatory: true, announce: 'OA' }),
    snr: attribute('sequenceNr', nonNegativeInteger, 'O', 'NP', { announce: 'OA' }),
    cs: attribute('contentSize', nonNegativeInteger, 'NP', 'NP', { mandatory: true }),
    loc: attribute('location', location, 'O', 'O', { announce: 'OA' }),
  },
});
