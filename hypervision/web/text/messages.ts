import { createTranslation, language } from '#platform/browser';
import en from '../locales/en.json' with { type: 'json' };
import fr from '../locales/fr.json' with { type: 'json' };

export type MessageKey = keyof typeof fr;

export const t = createTranslation<MessageKey>({ fr, en });

/** Text that comes from the server in every language. */
export const local = (text: { readonly fr: string; readonly en: string }): string => text[language.value];
