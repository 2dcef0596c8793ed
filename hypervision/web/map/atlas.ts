import { severities } from '../state/condition.ts';
import type { Palette } from './palette.ts';
import {
  alertRingSprite,
  badgeSprite,
  CELL,
  clusterSprite,
  type Draw,
  energySprite,
  type Freshness,
  glowSprite,
  lightSprite,
  type Shares,
  selectionSprite,
  wasteSprite,
  windSprite,
} from './sprites.ts';

/** Atlas pixels per map pixel: sharp on dense screens and when a sprite is drawn larger. */
const DENSITY = 2;
const STEP = CELL * DENSITY;

export interface IconPlace {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly mask: boolean;
}

/** An image of many sprites and where each lies in it, as deck.gl's IconLayer reads them. */
export interface Atlas {
  readonly image: ImageData;
  readonly places: Readonly<Record<string, IconPlace>>;
}

/** Levels are drawn in steps of a twentieth: finer is not visible at this size. */
const LEVELS = 20;
export const levelStep = (level: number): number => Math.round(Math.min(1, Math.max(0, level)) * LEVELS);

const freshnesses: readonly Freshness[] = ['fresh', 'stale', 'unknown'];

function sprites(): Map<string, Draw> {
  const all = new Map<string, Draw>([
    ['glow', glowSprite],
    ['selection', selectionSprite],
  ]);
  for (const severity of severities) {
    all.set(`badge ${severity}`, badgeSprite(severity));
    all.set(`ring ${severity}`, alertRingSprite(severity));
  }
  for (const freshness of freshnesses) {
    for (let step = 0; step <= LEVELS; step += 1) {
      all.set(`waste ${step} ${freshness}`, wasteSprite(step / LEVELS, freshness));
      all.set(`lighting ${step} ${freshness}`, lightSprite(step / LEVELS, freshness));
    }
    for (const isTurning of [true, false]) all.set(`wind ${isTurning} ${freshness}`, windSprite(isTurning, freshness));
    all.set(`energy ${freshness}`, energySprite(freshness));
  }
  return all;
}

/** Every single thing that can stand on the map, in these colours. */
export const markAtlas = (palette: Palette): Atlas => paint(sprites(), palette, new Set(['glow']));

/** Groups of things as they occur: their rings are composed of shares, too many combinations to paint ahead. */
export function clusterAtlas(palette: Palette): { iconOf(shares: Shares): string; atlas(): Atlas } {
  let known = new Map<string, Draw>();
  let painted: Atlas | undefined;
  return {
    iconOf(shares) {
      const name = shares.map(([theme, twelfths]) => `${theme} ${twelfths}`).join(' ');
      if (!known.has(name)) {
        if (known.size >= 256) known = new Map(); // panned through a whole country: start again
        known.set(name, clusterSprite(shares));
        painted = undefined;
      }
      return name;
    },
    atlas() {
      painted ??= paint(known, palette, new Set());
      return painted;
    },
  };
}

function paint(draws: ReadonlyMap<string, Draw>, palette: Palette, masks: ReadonlySet<string>): Atlas {
  const columns = Math.max(1, Math.ceil(Math.sqrt(draws.size)));
  const canvas = document.createElement('canvas');
  canvas.width = columns * STEP;
  canvas.height = Math.max(1, Math.ceil(draws.size / columns)) * STEP;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('this browser has no 2D canvas');
  const places: Record<string, IconPlace> = {};
  [...draws].forEach(([name, draw], index) => {
    const x = (index % columns) * STEP;
    const y = Math.floor(index / columns) * STEP;
    context.setTransform(DENSITY, 0, 0, DENSITY, x, y);
    context.save();
    draw(context, palette);
    context.restore();
    places[name] = { x, y, width: STEP, height: STEP, mask: masks.has(name) };
  });
  return { image: context.getImageData(0, 0, canvas.width, canvas.height), places };
}
