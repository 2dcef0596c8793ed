import { scheduleEntries } from '../complex-types.ts';
import { list, positiveInteger, string } from '../data-type.ts';
import { attribute } from '../definition.ts';
import { managementObject } from '../management-object.ts';

/** Release 4 of the standard. */
export const dataCollection = managementObject({
  mgd: 1021,
  shortName: 'datc',
  longName: 'dataCollection',
  clause: 'release 4',
  attributes: {
    cntp: attribute('containerPath', string, 'M', 'O', { mandatory: true, announce: 'OA' }),
    rpsc: attribute('reportingSchedule', list(scheduleEntries), 'O', 'O', { announce: 'OA' }),
    mesc: attribute('measurementSchedule', list(scheduleEntries), 'O', 'O', { announce: 'OA' }),
    meil: attribute('measurementInterval', positiveInteger, 'O', 'O', { announce: 'OA' }),
  },
});
