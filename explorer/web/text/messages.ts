import { IntlMessageFormat } from 'intl-messageformat';
import type { Meaning } from '../../contract.ts';
import en from '../locales/en.json' with { type: 'json' };
import fr from '../locales/fr.json' with { type: 'json' };
import { language } from '../preferences.ts';

export type MessageKey = keyof typeof fr;

const catalogues = { fr, en } as const;
const compiled = new Map<string, IntlMessageFormat>();

/** One complete sentence of the catalogue in the chosen language. Reading it in a component follows the choice. */
export function t(key: MessageKey, values?: Readonly<Record<string, string | number>>): string {
  const locale = language.value;
  const id = `${locale} ${key}`;
  let message = compiled.get(id);
  if (message === undefined) {
    message = new IntlMessageFormat(catalogues[locale][key], locale);
    compiled.set(id, message);
  }
  return String(message.format(values));
}

/** What the definitions say in every language. */
export const local = (meaning: Meaning | undefined): string => meaning?.[language.value] ?? '';
