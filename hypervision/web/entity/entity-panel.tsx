import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '#platform/browser';
import type { Entity } from '../../contract.ts';
import { ConditionLabel } from '../alerts/condition-label.tsx';
import { ThemeMark } from '../icons/theme-mark.tsx';
import { type Situation, situationOf } from '../state/filters.ts';
import { loading } from '../state/live-link.ts';
import { select } from '../state/selection.ts';
import { snapshotCount } from '../state/store.ts';
import { Empty } from '../status/empty.tsx';
import { Skeleton } from '../status/skeleton.tsx';
import { t } from '../text/messages.ts';
import { nameOf, typeLabel } from '../text/values.ts';

import { ActionsTab } from './actions-tab.tsx';
import { HistoryTab } from './history-tab.tsx';
import { NowTab } from './now-tab.tsx';
import { OriginTab } from './origin-tab.tsx';
import { useLoaded } from './use-loaded.ts';
import { wholeEntity } from './whole-entity.ts';
import './entity-panel.css';

const tabs = ['now', 'history', 'origin', 'actions'] as const;
type Tab = (typeof tabs)[number];
const tab = signal<Tab>('now');

export function EntityPanel({ id }: { id: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const opener = useRef<Element>(null);
  // The panel takes the focus when it opens and gives it back when it closes.
  useEffect(() => {
    opener.current = document.activeElement;
    return () => {
      if (opener.current instanceof HTMLElement && opener.current.isConnected)
        opener.current.focus({ preventScroll: true });
    };
  }, []);
  const situation = situationOf(id);
  const isKnown = situation !== undefined;
  useEffect(() => {
    if (isKnown) heading.current?.focus({ preventScroll: true });
  }, [id, isKnown]);

  return (
    <section
      class="entity"
      aria-labelledby="entity-name"
      onKeyDown={(event) => {
        if (event.key === 'Escape') select(undefined);
      }}
    >
      <header class="entity-head">
        <button
          type="button"
          class="tool entity-back"
          onClick={() => select(undefined)}
          aria-label={t('entity.close')}
          title={t('entity.close')}
        >
          <Icon name="back" />
        </button>
        {situation === undefined ? (
          <h2 id="entity-name" ref={heading} tabIndex={-1}>
            {id.split(':').at(-1)}
          </h2>
        ) : (
          <Title situation={situation} heading={heading} />
        )}
      </header>
      {situation === undefined ? (
        loading.value === 'loading' ? (
          <div class="drawer-scroll">
            <Skeleton rows={5} height={64} />
          </div>
        ) : (
          <Empty title={t('entity.unknown.title')}>{t('entity.unknown.text')}</Empty>
        )
      ) : (
        <Tabs situation={situation} />
      )}
    </section>
  );
}

function Title({
  situation: { entity, type, condition },
  heading,
}: {
  situation: Situation;
  heading: { current: HTMLHeadingElement | null };
}) {
  return (
    <div class="entity-title">
      <p class="entity-kind">
        <ThemeMark theme={type.theme} size={18} />
        {typeLabel(type)}
        {entity.commune !== undefined && ` · ${entity.commune}`}
      </p>
      <h2 id="entity-name" ref={heading} tabIndex={-1}>
        {nameOf(entity)}
      </h2>
      <p class="entity-state">
        <ConditionLabel condition={condition} />
        {entity.values.demonstration?.[0] === true && <span class="demonstration">{t('entity.demonstration')}</span>}
      </p>
    </div>
  );
}

function Tabs({ situation: drawn }: { situation: Situation }) {
  const shownTabs = tabs.filter((name) => name !== 'actions' || drawn.type.commands.length > 0);
  const current = shownTabs.includes(tab.value) ? tab.value : 'now';
  // Origins change with every message: they are read again as long as somebody looks at them.
  const refresh = current === 'origin' ? drawn.entity.seq : -snapshotCount.value;
  const loaded = useLoaded<Entity>(`/api/territory/entities/${encodeURIComponent(drawn.entity.id)}`, refresh);
  const read = loaded.state === 'ready' ? loaded.content : undefined;
  const situation = { ...drawn, entity: wholeEntity(drawn.entity, read) };
  const list = useRef<HTMLDivElement>(null);

  function onKeyDown(event: KeyboardEvent): void {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const index = (shownTabs.indexOf(current) + step + shownTabs.length) % shownTabs.length;
    const next = shownTabs[index];
    if (next === undefined) return;
    tab.value = next;
    list.current?.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
  }

  return (
    <>
      <div class="tabs" role="tablist" aria-label={t('entity.tabs')} ref={list} onKeyDown={onKeyDown}>
        {shownTabs.map((name) => (
          <button
            key={name}
            id={`tab-${name}`}
            type="button"
            role="tab"
            aria-selected={name === current}
            aria-controls="entity-tab-panel"
            tabIndex={name === current ? 0 : -1}
            onClick={() => {
              tab.value = name;
            }}
          >
            {t(`entity.tab.${name}`)}
          </button>
        ))}
      </div>
      <div
        id="entity-tab-panel"
        class="drawer-scroll entity-body"
        role="tabpanel"
        aria-labelledby={`tab-${current}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a panel that scrolls must be reachable by keyboard
        tabIndex={0}
      >
        {current === 'now' && <NowTab situation={situation} />}
        {current === 'history' && <HistoryTab key={situation.entity.id} situation={situation} />}
        {current === 'origin' && <OriginTab situation={situation} loaded={loaded} />}
        {current === 'actions' && <ActionsTab key={situation.entity.id} situation={situation} />}
      </div>
    </>
  );
}
