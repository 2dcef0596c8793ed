import { effect, type Signal, signal } from '@preact/signals';

/** What a person sets once on this device, for the console and for this page. Kept in the browser only. */
function preference<T extends string>(name: string, allowed: readonly T[], fallback: T): Signal<T> {
  const key = `alzette.console.${name}`;
  let kept: string | null = null;
  try {
    kept = localStorage.getItem(key);
  } catch {
    // Storage may be forbidden; the choice then lasts as long as the page.
  }
  const chosen = signal(allowed.find((value) => value === kept) ?? fallback);
  effect(() => {
    try {
      localStorage.setItem(key, chosen.value);
    } catch {
      // As above.
    }
  });
  return chosen;
}

export const colourScheme = preference<'dark' | 'light'>(
  'scheme',
  ['dark', 'light'],
  matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark',
);
export const language = preference<'fr' | 'en'>('language', ['fr', 'en'], 'fr');

effect(() => {
  document.documentElement.dataset.theme = colourScheme.value;
});
effect(() => {
  document.documentElement.lang = language.value;
});
