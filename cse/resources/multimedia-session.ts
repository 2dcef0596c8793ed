import { announceable, common, universal } from './common.ts';
import { sessionDescriptions } from './complex-types.ts';
import { id } from './data-type.ts';
import { attribute, defineResource } from './definition.ts';
import { sessionState } from './enumerations.ts';

/** TS-0001 §9.6.57, TS-0004 §7.4.56. */
export const multimediaSession = defineResource({
  type: 46,
  shortName: 'mms',
  longName: 'multimediaSession',
  clause: 'TS-0004 §7.4.56',
  parents: ['ae'],
  announced: { parents: ['cbA', 'csr', 'aeA'] },
  attributes: {
    ...universal,
    et: common.et,
    lbl: common.lbl,
    acpi: common.acpi,
    daci: common.daci,
    at: announceable.at,
    aa: announceable.aa,
    soi: attribute('sessionOriginatorID', id, 'M', 'NP', { mandatory: true, announce: 'OA' }),
    asd: attribute('acceptedSessionDescriptions', sessionDescriptions, 'NP', 'O', { mandatory: true, announce: 'OA' }),
    osd: attribute('offeredSessionDescriptions', sessionDescriptions, 'M', 'O', { mandatory: true }),
    sst: attribute('sessionState', sessionState, 'NP', 'O', { mandatory: true, announce: 'OA' }),
  },
});
