import { IntlMessageFormat } from 'intl-messageformat';
import { type Language, language } from './preferences.ts';

type Values = Readonly<Record<string, string | number>>;

/**
 * Gives one complete sentence of a page's catalogues in the chosen language. Reading it in a component follows the
 * choice.
 */
export function createTranslation<Key extends string>(
  catalogues: Readonly<Record<Language, Readonly<Record<Key, string>>>>,
): (key: Key, values?: Values) => string {
  const compiled = new Map<string, IntlMessageFormat>();
  return (key, values) => {
    const locale = language.value;
    const id = `${locale} ${key}`;
    let message = compiled.get(id);
    if (message === undefined) {
      message = new IntlMessageFormat(catalogues[locale][key], locale);
      compiled.set(id, message);
    }
    return String(message.format(values));
  };
}
