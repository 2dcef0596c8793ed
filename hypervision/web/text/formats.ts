import { language } from '#platform/browser';
import { bootstrap } from '../state/bootstrap.ts';
import { t } from './messages.ts';

const NARROW_NO_BREAK_SPACE = '\u202f';

const kept = new Map<string, unknown>();
/** Intl objects take a millisecond to make; one of each kind and language is enough. */
function once<T>(key: string, make: (locale: string) => T): T {
  const locale = language.value === 'fr' ? 'fr-FR' : 'en-GB';
  const id = `${locale} ${key}`;
  let made = kept.get(id) as T | undefined;
  if (made === undefined) {
    made = make(locale);
    kept.set(id, made);
  }
  return made;
}

/** « 1 234,5 » */
export const formatNumber = (value: number, decimals = 0): string =>
  once(
    `number ${decimals}`,
    (locale) => new Intl.NumberFormat(locale, { minimumFractionDigits: decimals, maximumFractionDigits: decimals }),
  ).format(Object.is(Number(value.toFixed(decimals)), -0) ? 0 : value);

/** Puts a unit behind a number: « 92 % », “92%”. */
export function withUnit(number: string, unit: string): string {
  if (unit === '') return number;
  const joint = unit === '%' && language.value === 'en' ? '' : NARROW_NO_BREAK_SPACE;
  return `${number}${joint}${unit}`;
}

const timeFormat = (key: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
  once(key, (locale) => new Intl.DateTimeFormat(locale, { ...options, timeZone: bootstrap().territory.timeZone }));

/** « 14:05 » */
export const formatTime = (ms: number): string => timeFormat('time', { hour: '2-digit', minute: '2-digit' }).format(ms);
/** « 14:05:09 » */
export const formatClock = (ms: number): string =>
  timeFormat('clock', { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(ms);
/** « 22 nov. 2026 » */
export const formatDay = (ms: number): string =>
  timeFormat('day', { day: 'numeric', month: 'short', year: 'numeric' }).format(ms);
/** « dim. 22 nov. » */
export const formatWeekday = (ms: number): string =>
  timeFormat('weekday', { weekday: 'short', day: 'numeric', month: 'short' }).format(ms);
/** « 22 nov. 2026 à 14:05 » */
export const formatMoment = (ms: number): string => t('moment', { day: formatDay(ms), time: formatTime(ms) });

const steps = [
  { unit: 'second', ms: 1_000, upTo: 60_000 },
  { unit: 'minute', ms: 60_000, upTo: 3_600_000 },
  { unit: 'hour', ms: 3_600_000, upTo: 86_400_000 },
  { unit: 'day', ms: 86_400_000, upTo: Number.POSITIVE_INFINITY },
] as const;

/** « il y a 5 min »; what lies in the future (a device with a wrong clock) is shown as a moment. */
export function formatAge(sinceMs: number, nowMs: number): string {
  const ageMs = nowMs - sinceMs;
  if (ageMs < -60_000) return formatMoment(sinceMs);
  if (ageMs < 2_000) return t('age.now');
  const step = steps.find(({ upTo }) => ageMs < upTo) ?? steps[3];
  const relative = once(
    'relative',
    (locale) => new Intl.RelativeTimeFormat(locale, { style: 'short', numeric: 'always' }),
  );
  return relative.format(-Math.floor(ageMs / step.ms), step.unit);
}

/** Coordinates as people copy them into other programs: « 49,4628° N, 5,9310° E ». */
export function formatPosition([longitude, latitude]: readonly number[]): string {
  const part = (value: number, positive: string, negative: string): string =>
    `${formatNumber(Math.abs(value), 5)}°${NARROW_NO_BREAK_SPACE}${value >= 0 ? positive : negative}`;
  const [north, south, east, west] = t('position.letters').split(' ');
  return `${part(latitude ?? 0, north ?? '', south ?? '')} ${part(longitude ?? 0, east ?? '', west ?? '')}`;
}
