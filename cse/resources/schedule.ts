import { announceable, common, universal } from './common.ts';
import { scheduleEntries } from './complex-types.ts';
import { boolean } from './data-type.ts';
import { attribute, defineResource } from './definition.ts';

/** TS-0001 §9.6.9, TS-0004 §7.4.9. */
export const schedule = defineResource({
  type: 18,
  shortName: 'sch',
  longName: 'schedule',
  clause: 'TS-0004 §7.4.9',
  parents: ['cb', 'sub', 'nod', 'crs'],
  announced: { parents: ['nodA', 'cbA', 'csr'] },
  atMost: { cb: 1, sub: 1, crs: 1 },
  nameBelow: { sub: 'notificationSchedule', crs: 'notificationSchedule' },
  attributes: {
    ...universal,
    et: common.et,
    lbl: common.lbl,
    acpi: { ...common.acpi, announce: 'NA' },
    daci: { ...common.daci, announce: 'NA' },
    cstn: common.cstn,
    ...announceable,
    se: attribute('scheduleElement', scheduleEntries, 'M', 'O', { mandatory: true, announce: 'OA' }),
    nco: attribute('networkCoordinated', boolean, 'O', 'O', { announce: 'OA' }),
  },
});
