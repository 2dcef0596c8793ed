import { announceable, common, universal } from './common.ts';
import {
  absoluteOrRelativeTimestamp,
  anyUri,
  complex,
  content,
  contentInfo,
  list,
  ncName,
  nonNegativeInteger,
  positiveInteger,
} from './data-type.ts';
import { attribute, defineResource } from './definition.ts';
import { location } from './location.ts';

const contentRef = complex('{ "urir": [ { "nm", "uri" } ] }', ['urir'], {
  urir: list(complex('{ "nm", "uri" }', ['nm', 'uri'], { nm: ncName, uri: anyUri }), { minItems: 1 }),
});

/** TS-0001 §9.6.7, TS-0004 §7.4.7. Never updated; its container's policy applies to it. */
export const contentInstance = defineResource({
  type: 4,
  shortName: 'cin',
  longName: 'contentInstance',
  clause: 'TS-0004 §7.4.7',
  parents: ['cnt', 'cntA'],
  updatable: false,
  announced: { parents: ['cntA'] },
  attributes: {
    ...universal,
    et: { ...common.et, update: 'NP', announce: 'NA' },
    lbl: { ...common.lbl, update: 'NP' },
    cr: common.cr,
    at: { ...announceable.at, update: 'NP' },
    aa: { ...announceable.aa, update: 'NP' },
    ast: announceable.ast,
    st: attribute('stateTag', nonNegativeInteger, 'NP', 'NP', { mandatory: true }),
    cnf: attribute('contentInfo', contentInfo, 'O', 'NP', { announce: 'OA' }),
    cs: attribute('contentSize', nonNegativeInteger, 'NP', 'NP', { mandatory: true }),
    conr: attribute('contentRef', contentRef, 'O', 'NP', { announce: 'OA' }),
    or: attribute('ontologyRef', anyUri, 'O', 'NP', { announce: 'OA' }),
    con: attribute('content', content, 'M', 'NP', { mandatory: true, announce: 'OA' }),
    loc: attribute('location', location, 'O', 'NP', { announce: 'OA' }),
    dcnt: attribute('deletionCnt', positiveInteger, 'O', 'NP', { supported: false }),
    dgt: attribute('dataGenerationTime', absoluteOrRelativeTimestamp, 'O', 'NP', { announce: 'OA' }),
  },
});
