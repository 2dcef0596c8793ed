import { styleOf, type Theme } from '../themes.ts';

/** Sign of a theme in its hue. */
export function ThemeMark({ theme, size = 20 }: { theme: Theme; size?: number }) {
  return (
    <svg
      class={`theme-mark hue-${theme}`}
      viewBox="0 0 24 24"
      width={size}
      height={size}
      aria-hidden="true"
      focusable="false"
    >
      <path d={styleOf(theme).glyph} fill="currentColor" />
    </svg>
  );
}
