import type { History } from '#territory';
import type { ReportedValue, TypeDescription } from '../../contract.ts';
import type { Theme } from '../themes.ts';

/** Pixels; the skeleton keeps the same room. */
export const CHART_HEIGHT = 240;

/** A point in the unit people read. `value` is null where there was no news: the curve is broken there. */
export interface ChartPoint {
  readonly atMs: number;
  readonly value: number | null;
  readonly min: number | null;
  readonly max: number | null;
}

export interface ChartProps {
  readonly points: readonly ChartPoint[];
  readonly unit: string;
  readonly decimals: number;
  readonly theme: Theme;
  readonly fromMs: number;
  readonly toMs: number;
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
}

type Display = Pick<TypeDescription['properties'][number], 'display'>;

/** Silence longer than this many intervals breaks the curve rather than drawing a line through what is not known. */
const GAP_INTERVALS = 3;

/**
 * Turns a history into the points of a curve: scaled for display, broken where nothing was heard, and ending with the
 * value that has arrived since the history was read.
 *
 * @param live the latest value on the live link
 */
export function pointsOf(
  history: History,
  { display }: Display,
  live: ReportedValue | undefined,
  expectedIntervalSeconds: number,
): ChartPoint[] {
  const scaled = (value: number): number => value * display.factor;
  const points = history.points.flatMap(({ at, value, min, max }): ChartPoint[] =>
    typeof value === 'number'
      ? [
          {
            atMs: Date.parse(at),
            value: scaled(value),
            min: min === undefined ? null : scaled(min),
            max: max === undefined ? null : scaled(max),
          },
        ]
      : [],
  );
  const last = points.at(-1);
  if (live !== undefined) {
    const [value, atMs] = live;
    const isNewer = last === undefined || (atMs !== null && atMs > last.atMs);
    if (typeof value === 'number' && atMs !== null && isNewer && atMs >= Date.parse(history.from)) {
      points.push({ atMs, value: scaled(value), min: null, max: null });
    }
  }
  const gapMs = GAP_INTERVALS * 1000 * Math.max(expectedIntervalSeconds, history.bucketSeconds ?? 0);
  return points.flatMap((point, index): ChartPoint[] => {
    const before = points[index - 1];
    if (before === undefined || point.atMs - before.atMs <= gapMs) return [point];
    return [{ atMs: before.atMs + 1000, value: null, min: null, max: null }, point];
  });
}

/** Extremes and mean of what is drawn; undefined when nothing is. */
export function summaryOf(points: readonly ChartPoint[]): { min: number; mean: number; max: number } | undefined {
  const full = points.flatMap(({ value, min, max }) =>
    value === null ? [] : [{ value, min: min ?? value, max: max ?? value }],
  );
  if (full.length === 0) return undefined;
  return {
    min: Math.min(...full.map(({ min }) => min)),
    max: Math.max(...full.map(({ max }) => max)),
    mean: full.reduce((sum, { value }) => sum + value, 0) / full.length,
  };
}
