import { fromTimestamp, toTimestamp } from '../timestamp.ts';

/** When data was generated, in milliseconds: since 1970, or relative to a moment only the originator knows (TS-0004 §6.3.3). */
export interface DataGenerationTime {
  readonly relative: boolean;
  readonly milliseconds: number;
}

/** @param text a value that was accepted as `dgt` */
export function readDataGenerationTime(text: string): DataGenerationTime {
  const milliseconds = fromTimestamp(text);
  return milliseconds === undefined
    ? { relative: true, milliseconds: Number(text) }
    : { relative: false, milliseconds };
}

/** As it stands in `mdlt`. */
export const writeDataGenerationTime = ({ relative, milliseconds }: DataGenerationTime): string =>
  relative ? String(milliseconds) : toTimestamp(milliseconds);

/** Above what a relative time can be, so that keys of negative ones sort before those of positive ones. */
const relativeOffset = 10 ** 15;

/**
 * Text under which a data generation time is unique in its timeSeries, whatever way it was written, and by which instances
 * sort. Relative times come after absolute ones.
 */
export function dataGenerationKey(text: string): string {
  if (fromTimestamp(text) === undefined) return `r${String(relativeOffset + Number(text)).padStart(16, '0')}`;
  const [seconds, fraction = ''] = text.split(',');
  return `${seconds},${fraction.padEnd(6, '0')}`;
}
