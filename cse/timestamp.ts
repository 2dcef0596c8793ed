/**
 * Timestamps of the standard: `YYYYMMDDThhmmss`, optionally `,` and up to six digits, UTC (TS-0004 §6.3.3). In this form
 * they sort as text, which the store relies on.
 */

const pattern = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})(?:,(\d{1,6}))?$/;

/** @param milliseconds since 1970; @returns with three decimals: `20260301T060000,125` */
export function toTimestamp(milliseconds: number): string {
  const iso = new Date(milliseconds).toISOString();
  return `${iso.slice(0, 4)}${iso.slice(5, 7)}${iso.slice(8, 10)}T${iso.slice(11, 13)}${iso.slice(14, 16)}${iso.slice(17, 19)},${iso.slice(20, 23)}`;
}

/** @returns milliseconds since 1970; undefined when the text is not a timestamp or not a date that exists */
export function fromTimestamp(text: string): number | undefined {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = ''] = match;
  const milliseconds = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  const date = new Date(milliseconds);
  const exists =
    date.getUTCMonth() === Number(month) - 1 &&
    date.getUTCDate() === Number(day) &&
    Number(hour) < 24 &&
    Number(minute) < 60;
  return exists && Number(second) < 60 ? milliseconds + Number(fraction.padEnd(3, '0').slice(0, 3)) : undefined;
}

/** A timestamp, or signed milliseconds relative to now, TS-0004 §6.3.3 absRelTimestamp. */
export function fromAbsoluteOrRelative(text: string, now: number): number | undefined {
  return /^[+-]?\d{1,15}$/.test(text) && text.length !== 15 ? now + Number(text) : fromTimestamp(text);
}

let lastMillisecond = 0;
let lastText = '';

/** The present as a timestamp; the text is built once a millisecond. */
export function nowTimestamp(): string {
  const now = Date.now();
  if (now !== lastMillisecond) {
    lastMillisecond = now;
    lastText = toTimestamp(now);
  }
  return lastText;
}

const durationPattern =
  /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/** An `xs:duration` (`PT30S`) in milliseconds; months count 30 days, years 365. Undefined when it is none. */
export function fromDuration(text: string): number | undefined {
  const match = durationPattern.exec(text);
  if (match === null || text === 'P' || text.endsWith('T')) return undefined;
  const [years, months, weeks, days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0));
  const wholeDays = (years ?? 0) * 365 + (months ?? 0) * 30 + (weeks ?? 0) * 7 + (days ?? 0);
  return (((wholeDays * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1000;
}
