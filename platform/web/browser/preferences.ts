import { effect, type Signal, signal } from '@preact/signals';

/** What a person sets once on this device, for every page. Kept in the browser only. */
export function preference<T extends string>(name: string, allowed: readonly T[], fallback: T): Signal<T> {
  const key = `alzette.console.${name}`;
  const kept = readKept(key);
  const chosen = signal(allowed.find((value) => value === kept) ?? fallback);
  effect(() => {
    try {
      localStorage.setItem(key, chosen.value);
    } catch {
      // Storage may be forbidden or full; the choice then lasts as long as the page.
    }
  });
  return chosen;
}

function readKept(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export type ColourScheme = 'dark' | 'light';
export type Language = 'fr' | 'en';

/** Dark by default: a control room is. Who has asked the system for light gets light. */
export const colourScheme = preference<ColourScheme>(
  'scheme',
  ['dark', 'light'],
  matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark',
);
export const language = preference<Language>('language', ['fr', 'en'], 'fr');

effect(() => {
  document.documentElement.dataset.theme = colourScheme.value;
});
effect(() => {
  document.documentElement.lang = language.value;
});
