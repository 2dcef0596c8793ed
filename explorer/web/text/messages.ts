import { createTranslation, language } from '#platform/browser';
import type { Meaning } from '../../contract.ts';
import en from '../locales/en.json' with { type: 'json' };
import fr from '../locales/fr.json' with { type: 'json' };

export type MessageKey = keyof typeof fr;

export const t = createTranslation<MessageKey>({ fr, en });

/** What the definitions say in every language. */
export const local = (meaning: Meaning | undefined): string => meaning?.[language.value] ?? '';
