import type { TypeDescription } from '../contract.ts';
import type { MessageKey } from './text/messages.ts';

export type Theme = TypeDescription['theme'];

/** One theme of the territory: its place in the rail, its hue (a token of the theme), its sign. */
export interface ThemeStyle {
  readonly theme: Theme;
  readonly label: MessageKey;
  readonly token: `--theme-${string}`;
  /** SVG path in a box of 24 by 24. */
  readonly glyph: string;
}

export const themes: readonly ThemeStyle[] = [
  {
    theme: 'waste',
    label: 'theme.waste',
    token: '--theme-waste',
    glyph: 'M9.5 3h5l1 2H20v2.4H4V5h4.5zM5.6 9h12.8l-1 12H6.6zM9 11.5v7h1.6v-7zm4.4 0v7H15v-7z',
  },
  {
    theme: 'lighting',
    label: 'theme.lighting',
    token: '--theme-lighting',
    glyph:
      'M12 2a6.8 6.8 0 0 0-3.9 12.4c.6.5.9 1 .9 1.8V17h6v-.8c0-.8.3-1.3.9-1.8A6.8 6.8 0 0 0 12 2zM9.2 18.6h5.6v1.6H9.2zm1 2.6h3.6l-.8 1.3h-2z',
  },
  {
    theme: 'wind',
    label: 'theme.wind',
    token: '--theme-wind',
    glyph:
      'M12 10.3C11 7.500 11 4.500 12 1.500C13.600 4.500 13.600 7.500 13 10.300A1.900 1.900 0 0 1 13.700 12.200C16.600 12.800 19.100 14.300 21.100 16.800C17.800 16.800 15.100 15.800 12.900 13.700A1.900 1.900 0 0 1 11 13.700C9.100 15.900 6.500 17.200 3 17.300C4.600 14.500 7 12.600 10.200 12.200A1.900 1.900 0 0 1 12 10.300zM11.300 15.500h1.400l.6 7h-2.600z',
  },
  {
    theme: 'energy',
    label: 'theme.energy',
    token: '--theme-energy',
    glyph: 'M13.4 1.800 4.800 13.500h6L9.400 22.200 19.200 9.800h-6.400z',
  },
];

export const styleOf = (theme: Theme): ThemeStyle => {
  const style = themes.find((candidate) => candidate.theme === theme);
  if (style === undefined) throw new Error(`the theme ${theme} has no style`);
  return style;
};
