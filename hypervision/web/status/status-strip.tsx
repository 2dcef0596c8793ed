import { useEffect, useState } from 'preact/hooks';
import { Icon, PageTools } from '#platform/browser';
import { nowMs } from '../clock.ts';
import { ConditionMark } from '../icons/condition-mark.tsx';
import { SearchBox } from '../list/search-box.tsx';
import { bootstrap } from '../state/bootstrap.ts';
import { severities } from '../state/condition.ts';
import { conditionFilter } from '../state/filters.ts';
import { heardMs, link, people } from '../state/live-link.ts';
import { selectedId, sheet } from '../state/selection.ts';
import { openAlerts } from '../state/store.ts';
import { formatAge, formatClock, formatWeekday } from '../text/formats.ts';
import { t } from '../text/messages.ts';
import './status-strip.css';

export function StatusStrip() {
  return (
    <header class="strip">
      <p class="strip-brand">
        <img src={`${import.meta.env.BASE_URL}alzette.svg`} alt="" width="22" height="22" />
        <span class="strip-name">Alzette</span>
        <span class="strip-territory">{bootstrap().territory.name}</span>
      </p>
      <p class="strip-clock">
        <span>{formatWeekday(nowMs.value)}</span> <time>{formatClock(nowMs.value)}</time>
      </p>
      <LinkState />
      <AlertCounts />
      <SearchBox />
      <People />
      <div class="strip-tools">
        <nav class="strip-places" aria-label={t('strip.places')}>
          <a class="tool" href="/cse/" title={t('strip.explorer')} aria-label={t('strip.explorer')}>
            <Icon name="tree" />
          </a>
          <a class="tool" href="/flows/" title={t('strip.flows')} aria-label={t('strip.flows')}>
            <Icon name="flow" />
          </a>
        </nav>
        <PageTools t={t} />
      </div>
    </header>
  );
}

function LinkState() {
  const state = link.value;
  return (
    <p class={`strip-link is-${state}`} role="status">
      <span class="link-dot" aria-hidden="true" />
      <span class="link-word">{t(`link.${state}`)}</span>
      {/* The age moves every second: it would be read out each time if it were part of the status. */}
      {state === 'live' && (
        <span class="link-age" aria-hidden="true">
          {formatAge(heardMs.value, nowMs.value)}
        </span>
      )}
    </p>
  );
}

/** Number of open alerts by severity; pressing one shows only what is concerned. */
function AlertCounts() {
  return (
    <fieldset class="strip-alerts">
      <legend class="visually-hidden">{t('strip.alerts')}</legend>
      {severities.map((severity) => {
        const count = openAlerts.value.filter((alert) => alert.severity === severity).length;
        const isPressed = conditionFilter.value.size === 1 && conditionFilter.value.has(severity);
        return (
          <button
            key={severity}
            type="button"
            class={`alert-count ${count === 0 ? 'is-none' : `hue-${severity}`}`}
            aria-pressed={isPressed}
            onClick={() => {
              conditionFilter.value = isPressed ? new Set() : new Set([severity]);
              selectedId.value = undefined;
              sheet.value = 'alerts';
            }}
            title={t(`count.${severity}`, { count })}
          >
            <ConditionMark condition={severity} size={13} />
            <span aria-hidden="true">{count}</span>
            <span class="visually-hidden">{t(`count.${severity}`, { count })}</span>
          </button>
        );
      })}
    </fieldset>
  );
}

/** Whose consoles are open: initials, the full names for who points or listens. */
function People() {
  const [isNarrow, setNarrow] = useState(innerWidth < 1400);
  useEffect(() => {
    const look = () => setNarrow(innerWidth < 1400);
    addEventListener('resize', look);
    return () => removeEventListener('resize', look);
  }, []);
  const { me } = bootstrap();
  const others = people.value.filter(({ id }) => id !== me.id);
  const present = [me, ...others];
  const drawn = present.slice(0, isNarrow ? 2 : 5);
  return (
    <ul class="strip-people" aria-label={t('strip.people')}>
      {drawn.map(({ id, name }) => (
        <li key={id} class={id === me.id ? 'is-me' : ''} title={id === me.id ? t('strip.me', { name }) : name}>
          <span aria-hidden="true">{initials(name)}</span>
          <span class="visually-hidden">{id === me.id ? t('strip.me', { name }) : name}</span>
        </li>
      ))}
      {present.length > drawn.length && (
        <li title={present.map(({ name }) => name).join(', ')}>+{present.length - drawn.length}</li>
      )}
    </ul>
  );
}

const initials = (name: string): string => {
  const words = name.split(/[\s._-]+/).filter(Boolean);
  const letters = words.length > 1 ? words.map((word) => word[0]) : [...name];
  return letters.slice(0, 2).join('').toUpperCase();
};
