import { language } from '#platform/browser';
import type { Json } from '../../contract.ts';

const timestamp = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})(?:,(\d{1,6}))?$/;

/** The moment a timestamp of the standard means; undefined when the text is none. */
export function momentOf(text: string): Date | undefined {
  const [, year, month, day, hour, minute, second, fraction = ''] = timestamp.exec(text) ?? [];
  if (year === undefined) return undefined;
  return new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.padEnd(3, '0').slice(0, 3)}Z`);
}

/** « 22 nov. 2026, 14:05:09 », in the time zone of the reader. */
export const formatMoment = (moment: Date): string =>
  new Intl.DateTimeFormat(language.value === 'fr' ? 'fr-FR' : 'en-GB', {
    dateStyle: 'medium',
    timeStyle: 'medium',
  }).format(moment);

export const formatNumber = (value: number): string =>
  new Intl.NumberFormat(language.value === 'fr' ? 'fr-FR' : 'en-GB').format(value);

/** A value as text: what is text as it is, everything else as JSON. */
export const valueText = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value, null, 2));

/** A value in one line, cut where it is long. */
export function shortText(value: Json, most = 120): string {
  const text = (typeof value === 'string' ? value : JSON.stringify(value)) ?? '';
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

/** A local date and time of a form as a timestamp of the standard. */
export const toTimestamp = (local: string): string =>
  new Date(local).toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
