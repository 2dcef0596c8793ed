import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { palette, rgb } from '../map/palette.ts';
import { bootstrap } from '../state/bootstrap.ts';
import { formatMoment, formatNumber, formatTime, withUnit } from '../text/formats.ts';
import { t } from '../text/messages.ts';
import { CHART_HEIGHT, type ChartProps } from './history-points.ts';

const FONT = '12px "Atkinson Hyperlegible Next Variable", sans-serif';
const DAY_MS = 86_400_000;

/** Curve of one property with the band between the extremes of each interval. */
export function HistoryChart({ points, unit, decimals, theme, fromMs, toMs, minimum, maximum }: ChartProps) {
  const holder = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(undefined);
  const [pointed, setPointed] = useState<number | null>(null);
  const colours = palette.value;
  const hue = colours.theme[theme];

  const data: uPlot.AlignedData = [
    points.map(({ atMs }) => atMs / 1000),
    points.map(({ value }) => value),
    points.map(({ min }) => min),
    points.map(({ max }) => max),
  ];

  // The chart is made again when its look changes; new points only move the curve (next effect).
  useEffect(() => {
    if (holder.current === null) return;
    const axis = {
      stroke: colours.ink3,
      font: FONT,
      grid: { stroke: colours.line, width: 1 },
      ticks: { stroke: colours.line, width: 1, size: 4 },
    };
    const isLong = toMs - fromMs > 2 * DAY_MS;
    const { timeZone } = bootstrap().territory;
    const dayLabel = new Intl.DateTimeFormat(document.documentElement.lang, {
      day: 'numeric',
      month: 'short',
      timeZone,
    });
    const made = new uPlot(
      {
        width: holder.current.clientWidth,
        height: CHART_HEIGHT,
        tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), timeZone),
        legend: { show: false },
        cursor: {
          y: false,
          points: { size: 8, fill: hue, stroke: colours.card, width: 2 },
          drag: { x: false, y: false },
        },
        scales: {
          x: { time: true, range: () => [fromMs / 1000, toMs / 1000] },
          y: { range: (_, low, high) => yRange(low, high, minimum, maximum) },
        },
        axes: [
          {
            ...axis,
            grid: { show: false },
            space: 56,
            size: 28,
            values: (_, ticks) =>
              ticks.map((tick) => (isLong ? dayLabel.format(tick * 1000) : formatTime(tick * 1000))),
          },
          {
            ...axis,
            size: 46,
            values: (_, ticks) => ticks.map((tick) => formatNumber(tick, Math.max(...ticks.map(decimalsOf)))),
          },
        ],
        series: [
          {},
          { stroke: hue, width: 2, spanGaps: false, points: { show: points.length < 60, size: 4, fill: hue } },
          { stroke: 'transparent', points: { show: false } },
          { stroke: 'transparent', points: { show: false } },
        ],
        bands: [{ series: [3, 2], fill: `rgb(${rgb(hue).join(' ')} / 0.22)` }],
        hooks: { setCursor: [(self) => setPointed(self.cursor.idx ?? null)] },
      },
      data,
      holder.current,
    );
    chart.current = made;
    const observer = new ResizeObserver(
      ([entry]) => entry !== undefined && made.setSize({ width: entry.contentRect.width, height: CHART_HEIGHT }),
    );
    observer.observe(holder.current);
    return () => {
      observer.disconnect();
      made.destroy();
    };
  }, [colours, hue, fromMs, toMs, minimum, maximum]);

  useEffect(() => {
    chart.current?.setData(data);
  });

  const point = pointed === null ? undefined : points[pointed];
  const shown = (value: number): string => withUnit(formatNumber(value, decimals), unit);
  return (
    <>
      <p class="chart-readout" aria-hidden="true">
        {point?.value === undefined || point.value === null ? (
          t('history.point')
        ) : (
          <>
            <strong>{shown(point.value)}</strong> {formatMoment(point.atMs)}
            {point.min !== null && point.max !== null && (
              <span> · {t('history.between', { min: shown(point.min), max: shown(point.max) })}</span>
            )}
          </>
        )}
      </p>
      <div
        ref={holder}
        class="chart-holder"
        style={{ height: `${CHART_HEIGHT}px` }}
        role="img"
        aria-label={t('history.chart')}
      />
    </>
  );
}

const decimalsOf = (tick: number): number =>
  Number.isInteger(tick) ? 0 : Math.min(3, String(tick).split('.')[1]?.length ?? 0);

/** A little air above and below; the whole range where one is given, so that 2 % never looks like 90 %. */
function yRange(
  low: number | null,
  high: number | null,
  minimum: number | undefined,
  maximum: number | undefined,
): [number, number] {
  if (minimum !== undefined && maximum !== undefined) return [minimum, maximum];
  if (low === null || high === null) return [0, 1];
  const air = (high - low || Math.abs(high) || 1) * 0.1;
  return [minimum ?? (low >= 0 && low - air < 0 ? 0 : low - air), maximum ?? high + air];
}
