import { computed, signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Alert } from '../../contract.ts';
import { QuarantineList, useHeldCount } from '../quarantine/quarantine-list.tsx';
import { typeOf } from '../state/bootstrap.ts';
import { isOpen, isSeverity } from '../state/condition.ts';
import { communeFilter, conditionFilter, hiddenThemes } from '../state/filters.ts';
import { loading } from '../state/live-link.ts';
import { alerts, openAlerts } from '../state/store.ts';
import { Empty } from '../status/empty.tsx';
import { Skeleton } from '../status/skeleton.tsx';
import { formatNumber } from '../text/formats.ts';
import { t } from '../text/messages.ts';
import { AlertCard } from './alert-card.tsx';
import './alert-list.css';

type Tab = 'open' | 'ended' | 'held';
const tab = signal<Tab>('open');
/** A flood stays readable and quick: the rest is counted, and found by filtering. */
const DRAWN_MAX = 100;

const ended = computed(() =>
  [...alerts.value.values()]
    .filter((alert) => !isOpen(alert))
    .sort((a, b) => Date.parse(b.endedAt ?? b.updatedAt) - Date.parse(a.endedAt ?? a.updatedAt)),
);

/** Same filters as the map, where they speak of alerts. */
function passes(alert: Alert): boolean {
  const type = alert.entityType === undefined ? undefined : typeOf(alert.entityType);
  if (type !== undefined && hiddenThemes.value.has(type.theme)) return false;
  if (communeFilter.value !== undefined && alert.commune !== communeFilter.value) return false;
  const wanted = [...conditionFilter.value].filter(isSeverity);
  return wanted.length === 0 || wanted.includes(alert.severity);
}

/** Open alerts, those that ended, and the messages that could not become measurements. */
export function AlertList() {
  const held = useHeldCount();
  const counts: Partial<Record<Tab, number>> = { open: openAlerts.value.length, ...(held ? { held } : {}) };
  return (
    <section class="alerts" aria-labelledby="alerts-title">
      <header class="drawer-head">
        <h2 id="alerts-title">{t('alerts.title')}</h2>
        <fieldset class="tabs-small">
          <legend class="visually-hidden">{t('alerts.which')}</legend>
          {(['open', 'ended', 'held'] satisfies Tab[]).map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={tab.value === name}
              onClick={() => {
                tab.value = name;
              }}
            >
              {t(`alerts.${name}`)}
              {counts[name] !== undefined && <span class="tab-count">{formatNumber(counts[name] ?? 0)}</span>}
            </button>
          ))}
        </fieldset>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section class="drawer-scroll" tabIndex={0} aria-labelledby="alerts-title">
        {tab.value === 'held' ? <QuarantineList /> : <Alerts which={tab.value} />}
      </section>
    </section>
  );
}

function Alerts({ which }: { which: Exclude<Tab, 'held'> }) {
  const all = which === 'open' ? openAlerts.value : ended.value;
  const listed = all.filter(passes);
  const hidden = all.length - listed.length;
  if (loading.value === 'loading') return <Skeleton rows={4} height={112} />;
  if (listed.length === 0) {
    return (
      <Empty title={t(hidden > 0 ? 'alerts.filtered.title' : `alerts.empty.${which}.title`)}>
        {t(hidden > 0 ? 'alerts.filtered.text' : `alerts.empty.${which}.text`, { count: hidden })}
      </Empty>
    );
  }
  const undrawn = hidden + Math.max(0, listed.length - DRAWN_MAX);
  return (
    <>
      <ul class="alert-cards">
        {listed.slice(0, DRAWN_MAX).map((alert) => (
          <li key={alert.id}>
            <AlertCard alert={alert} />
          </li>
        ))}
      </ul>
      {undrawn > 0 && <p class="alerts-more">{t('alerts.more', { count: undrawn })}</p>}
    </>
  );
}

/** Reads new alerts out, a few words each; the first list is not news. */
export function AlertAnnouncer() {
  const known = useRef<Set<string>>(undefined);
  const [words, setWords] = useState('');
  const isReady = loading.value === 'ready';
  const open = openAlerts.value;
  useEffect(() => {
    if (!isReady) return;
    const news = known.current === undefined ? [] : open.filter(({ id }) => !known.current?.has(id));
    known.current = new Set(open.map(({ id }) => id));
    const [first] = news;
    if (first === undefined) return;
    setWords(
      t('alerts.announce', {
        count: news.length,
        severity: t(`condition.${first.severity}`),
        name: first.entityName ?? first.entity,
      }),
    );
  }, [isReady, open]);
  return (
    <p class="visually-hidden" aria-live="polite">
      {words}
    </p>
  );
}
