import { Icon } from './icon.tsx';
import { colourScheme, language } from './preferences.ts';

type Words = 'strip.otherLanguage' | 'strip.light' | 'strip.dark' | 'strip.signOut';

/** Language, colours, sign-out: what every page has in its corner, in the words of its own catalogue. */
export function PageTools({ t, iconSize }: { t: (key: Words) => string; iconSize?: number }) {
  const otherLanguage = language.value === 'fr' ? 'en' : 'fr';
  const isDark = colourScheme.value === 'dark';
  const otherScheme = t(isDark ? 'strip.light' : 'strip.dark');
  const size = iconSize === undefined ? {} : { size: iconSize };
  return (
    <>
      <button
        type="button"
        class="tool"
        lang={otherLanguage}
        aria-label={t('strip.otherLanguage')}
        onClick={() => {
          language.value = otherLanguage;
        }}
      >
        {otherLanguage.toUpperCase()}
      </button>
      <button
        type="button"
        class="tool"
        aria-label={otherScheme}
        title={otherScheme}
        onClick={() => {
          colourScheme.value = isDark ? 'light' : 'dark';
        }}
      >
        <Icon name={isDark ? 'sun' : 'moon'} {...size} />
      </button>
      <form method="post" action="/sign-out">
        <button type="submit" class="tool" aria-label={t('strip.signOut')} title={t('strip.signOut')}>
          <Icon name="leave" {...size} />
        </button>
      </form>
    </>
  );
}
