import { signal } from '@preact/signals';
import type { FunctionComponent } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { History } from '#territory';
import type { TypeDescription } from '../../contract.ts';
import { coarseNowMs } from '../clock.ts';
import type { Situation } from '../state/filters.ts';
import { Empty } from '../status/empty.tsx';
import { Failed } from '../status/failed.tsx';
import { Skeleton } from '../status/skeleton.tsx';
import { formatMoment, formatNumber, withUnit } from '../text/formats.ts';
import { local, t } from '../text/messages.ts';
import { valueWithUnit } from '../text/values.ts';
import { CHART_HEIGHT, type ChartPoint, type ChartProps, pointsOf, summaryOf } from './history-points.ts';
import { useLoaded } from './use-loaded.ts';

const hour = 3_600_000;
const periods = [
  { name: 'hour', ms: hour },
  { name: 'day', ms: 24 * hour },
  { name: 'week', ms: 7 * 24 * hour },
  { name: 'month', ms: 30 * 24 * hour },
] as const;
const period = signal<(typeof periods)[number]>(periods[1]);
/** Rows of the table that says the same as the curve. */
const TABLE_ROWS_MAX = 48;
const POINTS_MAX = 400;
/** The past is read again this often; between readings the curve grows by what arrives. */
const REFRESH_MS = 120_000;

export function HistoryTab({ situation: { entity, type } }: { situation: Situation }) {
  const choices = type.properties.filter(
    ({ name, observed, kind }) => observed && kind === 'number' && entity.values[name] !== undefined,
  );
  const [chosen, setChosen] = useState<string>();
  const property =
    choices.find(
      ({ name }) => name === (chosen ?? type.chart.find((name) => choices.some((choice) => choice.name === name))),
    ) ?? choices[0];
  if (property === undefined) return <Empty title={t('history.empty.title')}>{t('history.empty.text')}</Empty>;
  return (
    <>
      <fieldset class="property-choice">
        <legend>{t('history.property')}</legend>
        <select
          value={property.name}
          onChange={(event) => setChosen(event.currentTarget.value)}
          aria-label={t('history.property')}
        >
          {choices.map((choice) => (
            <option key={choice.name} value={choice.name}>
              {local(choice.label)}
            </option>
          ))}
        </select>
        <div class="segmented">
          {periods.map((choice) => (
            <button
              key={choice.name}
              type="button"
              aria-pressed={choice === period.value}
              onClick={() => {
                period.value = choice;
              }}
            >
              {t(`history.${choice.name}`)}
            </button>
          ))}
        </div>
      </fieldset>
      <Curve key={property.name} situation={{ entity, type }} property={property} />
    </>
  );
}

type Property = TypeDescription['properties'][number];

function Curve({
  situation: { entity, type },
  property,
}: {
  situation: Pick<Situation, 'entity' | 'type'>;
  property: Property;
}) {
  const [from, setFrom] = useState(() => Date.now() - period.value.ms);
  const periodMs = period.value.ms;
  const beat = Math.floor(coarseNowMs.value / REFRESH_MS);
  useEffect(() => setFrom(Date.now() - periodMs), [periodMs, beat]);
  const query = new URLSearchParams({
    property: property.name,
    from: new Date(from).toISOString(),
    to: new Date(from + periodMs + hour).toISOString(),
    maxPoints: String(POINTS_MAX),
  });
  const loaded = useLoaded<History>(`/api/territory/entities/${encodeURIComponent(entity.id)}/history?${query}`);
  if (loaded.state === 'failed') return <Failed what={t('history.failed')} error={loaded.error} retry={loaded.retry} />;
  if (loaded.state === 'loading') {
    return <Skeleton rows={1} height={CHART_HEIGHT} />;
  }
  const points = pointsOf(loaded.content, property, entity.values[property.name], type.expectedIntervalSeconds);
  const summary = summaryOf(points);
  if (summary === undefined)
    return <Empty title={t('history.none.title')}>{t('history.none.text', { property: local(property.label) })}</Empty>;
  const { unit, decimals } = property.display;
  const shown = (value: number): string => withUnit(formatNumber(value, decimals), unit);
  return (
    <>
      <figure class="chart">
        <figcaption>
          {local(property.label)}
          {unit !== '' && <span> ({unit})</span>}
        </figcaption>
        <LazyChart
          points={points}
          unit={unit}
          decimals={decimals}
          theme={type.theme}
          fromMs={from}
          toMs={from + periodMs}
          minimum={property.display.unit === '%' ? 0 : undefined}
          maximum={property.display.unit === '%' ? 100 : undefined}
        />
        {loaded.content.bucketSeconds !== null && <p class="chart-note">{t('history.band')}</p>}
      </figure>
      <dl class="summary">
        <div>
          <dt>{t('history.min')}</dt>
          <dd>{shown(summary.min)}</dd>
        </div>
        <div>
          <dt>{t('history.mean')}</dt>
          <dd>{shown(summary.mean)}</dd>
        </div>
        <div>
          <dt>{t('history.max')}</dt>
          <dd>{shown(summary.max)}</dd>
        </div>
        <div>
          <dt>{t('history.last')}</dt>
          <dd>{valueWithUnit(property, entity.values[property.name]?.[0])}</dd>
        </div>
      </dl>
      <Table points={points} shown={shown} />
    </>
  );
}

/** The chart's code comes with the first chart. */
function LazyChart(props: ChartProps) {
  const [Chart, setChart] = useState<FunctionComponent<ChartProps>>();
  const [isFailed, setFailed] = useState(false);
  useEffect(() => {
    import('./history-chart.tsx').then(
      (module) => setChart(() => module.HistoryChart),
      () => setFailed(true), // a new version was installed while this page was open, or the network is away
    );
  }, []);
  if (isFailed) return <Failed what={t('history.failed')} error={undefined} retry={() => location.reload()} />;
  return Chart === undefined ? <Skeleton rows={1} height={CHART_HEIGHT} /> : <Chart {...props} />;
}

function Table({ points, shown }: { points: readonly ChartPoint[]; shown: (value: number) => string }) {
  const full = points.flatMap(({ atMs, value }) => (value === null ? [] : [{ atMs, value }]));
  const step = Math.max(1, Math.ceil(full.length / TABLE_ROWS_MAX));
  const rows = full.filter((_, index) => (full.length - 1 - index) % step === 0).reverse();
  return (
    <details class="chart-table">
      <summary>{t('history.table')}</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('history.moment')}</th>
            <th scope="col">{t('history.value')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ atMs, value }) => (
            <tr key={atMs}>
              <td>{formatMoment(atMs)}</td>
              <td>{shown(value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
