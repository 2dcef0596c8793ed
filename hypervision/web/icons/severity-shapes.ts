import type { Severity } from '../state/condition.ts';

/** Shape of each severity in a box of 16 by 16: drawn by the map and by the pages alike, so both always agree. */
export const severityShapes: Readonly<Record<Severity, string>> = {
  critical: 'M5 1h6l4 4v6l-4 4H5l-4-4V5z',
  major: 'M8 1.200 15.500 14.500H.5z',
  minor: 'M8 .6 15.400 8 8 15.400.6 8z',
  information: 'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1z',
};
