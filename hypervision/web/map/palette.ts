import { computed } from '@preact/signals';
import { colourScheme } from '#platform/browser';
import { type Condition, conditions } from '../state/condition.ts';
import { type Theme, themes } from '../themes.ts';

export type Rgb = readonly [red: number, green: number, blue: number];

/** The colours of the page as the map needs them: CSS text for canvases and styles. One source, `theme.css`. */
export interface Palette {
  readonly scheme: 'dark' | 'light';
  readonly paper: string;
  readonly card: string;
  readonly land: string;
  readonly boundary: string;
  readonly line: string;
  readonly ink1: string;
  readonly ink2: string;
  readonly ink3: string;
  readonly river: string;
  readonly condition: Readonly<Record<Condition, string>>;
  readonly theme: Readonly<Record<Theme, string>>;
}

export const palette = computed((): Palette => {
  const scheme = colourScheme.value;
  const probe = document.createElement('span');
  probe.style.colorScheme = scheme; // resolves light-dark() whatever the page shows at this moment
  document.body.append(probe);
  const read = (token: string): string => {
    probe.style.color = `var(${token})`;
    return getComputedStyle(probe).color;
  };
  const colours = {
    scheme,
    paper: read('--paper'),
    card: read('--card'),
    land: read('--land'),
    boundary: read('--boundary'),
    line: read('--line'),
    ink1: read('--ink-1'),
    ink2: read('--ink-2'),
    ink3: read('--ink-3'),
    river: read('--river'),
    condition: recordOf(conditions, (condition) => read(condition === 'unknown' ? '--stale' : `--${condition}`)),
    theme: recordOf(
      themes.map(({ theme }) => theme),
      (theme) => read(`--theme-${theme}`),
    ),
  };
  probe.remove();
  return colours;
});

function recordOf<K extends string, V>(keys: readonly K[], value: (key: K) => V): Record<K, V> {
  return Object.fromEntries(keys.map((key) => [key, value(key)])) as Record<K, V>; // every key of K is in `keys`
}

/** `rgb(12, 34, 56)` as deck.gl wants it. */
export function rgb(css: string): Rgb {
  const [red = 0, green = 0, blue = 0] = (css.match(/[\d.]+/g) ?? []).map(Number);
  return [red, green, blue];
}
