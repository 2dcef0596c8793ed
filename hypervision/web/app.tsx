import { Icon, type IconName } from '#platform/browser';
import { AlertAnnouncer, AlertList } from './alerts/alert-list.tsx';
import { nowMs } from './clock.ts';
import { EntityPanel } from './entity/entity-panel.tsx';
import { EntityList } from './list/entity-list.tsx';
import { TerritoryMap } from './map/territory-map.tsx';
import { Rail, RailSheet } from './rail/rail.tsx';
import { link, loading, openLiveLink } from './state/live-link.ts';
import { mainView, select, selectedId, sheet } from './state/selection.ts';
import { dataAtMs, openAlerts } from './state/store.ts';
import { StatusStrip } from './status/status-strip.tsx';
import { formatAge, formatMoment } from './text/formats.ts';
import { t } from './text/messages.ts';
import './app.css';

export function App() {
  const isDetailOpen = selectedId.value !== undefined;
  const isCut = loading.value === 'ready' && link.value !== 'live' && link.value !== 'connecting';
  const layout = [
    'console',
    isDetailOpen ? 'has-entity' : '',
    sheet.value === undefined ? '' : `has-${sheet.value}`,
    isCut ? 'is-cut' : '',
  ].join(' ');
  return (
    <div class={layout}>
      <a class="skip" href="#drawer">
        {t('skip.alerts')}
      </a>
      <StatusStrip />
      <Banner />
      <Rail />
      <main id="main" class="main" aria-label={t('view.main')}>
        {/* The map stays in the page while the list covers it: making it again would take a second and lose its place. */}
        <div class={`layer ${mainView.value === 'map' ? '' : 'is-hidden'}`} inert={mainView.value !== 'map'}>
          <TerritoryMap />
        </div>
        {mainView.value === 'list' && (
          <div class="layer">
            <EntityList />
          </div>
        )}
      </main>
      <aside id="drawer" class="drawer" aria-label={t('drawer.label')} tabIndex={-1}>
        {selectedId.value === undefined ? <AlertList /> : <EntityPanel id={selectedId.value} />}
      </aside>
      {sheet.value === 'layers' && (
        <aside class="layers-sheet" aria-label={t('rail.label')}>
          <RailSheet />
        </aside>
      )}
      <PhoneBar />
      <AlertAnnouncer />
    </div>
  );
}

/** Says that what is shown is not the present any more, since when, and what to do. */
function Banner() {
  const state = link.value;
  if (loading.value === 'failed') {
    return (
      <div class="banner is-failed" role="alert">
        <p>{t('banner.failed')}</p>
        <button type="button" class="button" onClick={() => void openLiveLink()}>
          {t('state.retry')}
        </button>
      </div>
    );
  }
  if (state === 'live' || state === 'connecting') return null;
  const since = dataAtMs.value;
  return (
    <div class={`banner is-${state}`} role="alert">
      <p>
        {t(`banner.${state}`)}
        {since !== undefined && (
          <span class="banner-since" aria-hidden="true">
            {t('banner.since', { moment: formatMoment(since), age: formatAge(since, nowMs.value) })}
          </span>
        )}
      </p>
      {state === 'signed-out' && (
        <a class="button" href={`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`}>
          {t('banner.signIn')}
        </a>
      )}
    </div>
  );
}

/** On a phone: everything within reach of one thumb. */
function PhoneBar() {
  const isPlain = sheet.value === undefined && selectedId.value === undefined;
  const items: readonly {
    name: string;
    icon: IconName;
    isOn: boolean;
    label: string;
    count?: number;
    open: () => void;
  }[] = [
    {
      name: 'map',
      icon: 'map',
      label: t('view.map'),
      isOn: isPlain && mainView.value === 'map',
      open: () => show('map'),
    },
    {
      name: 'list',
      icon: 'list',
      label: t('view.list'),
      isOn: isPlain && mainView.value === 'list',
      open: () => show('list'),
    },
    {
      name: 'alerts',
      icon: 'bell',
      label: t('alerts.title'),
      isOn: sheet.value === 'alerts',
      count: openAlerts.value.length,
      open: () => {
        select(undefined);
        sheet.value = sheet.value === 'alerts' ? undefined : 'alerts';
      },
    },
    {
      name: 'layers',
      icon: 'layers',
      label: t('rail.themes'),
      isOn: sheet.value === 'layers',
      open: () => {
        select(undefined);
        sheet.value = sheet.value === 'layers' ? undefined : 'layers';
      },
    },
  ];
  return (
    <nav class="phone-bar" aria-label={t('view.label')}>
      {items.map(({ name, icon, isOn, label, count, open }) => (
        <button key={name} type="button" aria-pressed={isOn} onClick={open}>
          <Icon name={icon} size={22} />
          <span>{label}</span>
          {count !== undefined && count > 0 && <span class="phone-count">{count}</span>}
        </button>
      ))}
    </nav>
  );
}

function show(view: 'map' | 'list'): void {
  select(undefined);
  sheet.value = undefined;
  mainView.value = view;
}
