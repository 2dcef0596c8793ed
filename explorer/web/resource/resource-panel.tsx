import { useEffect, useState } from 'preact/hooks';
import { ApiProblem, Icon, signInAgain } from '#platform/browser';
import { CreateDialog } from '../form/create-dialog.tsx';
import { DeleteDialog } from '../form/delete-dialog.tsx';
import { EditDialog } from '../form/edit-dialog.tsx';
import { holdsInstances, isDetailShown, isInstance, revision, show } from '../state.ts';
import { Failed } from '../status.tsx';
import { local, type MessageKey, t } from '../text/messages.ts';
import { Attributes } from './attributes.tsx';
import { Contents } from './contents.tsx';
import { CopyRequest } from './copy-request.tsx';
import { Discover } from './discover.tsx';
import { type Loaded, load } from './load.ts';
import { Watch } from './watch.tsx';
import './resource-panel.css';

type Tab = 'attributes' | 'contents' | 'watch' | 'discover' | 'copy';
type Dialog = 'create' | 'edit' | 'delete';

export function ResourcePanel({ address }: { address: string }) {
  const [loaded, setLoaded] = useState<Loaded>();
  const [problem, setProblem] = useState<unknown>();
  const [tab, setTab] = useState<Tab>();
  const [dialog, setDialog] = useState<Dialog>();

  useEffect(() => {
    const aborter = new AbortController();
    load(address, aborter.signal).then(
      (found) => {
        setLoaded(found);
        setProblem(undefined);
      },
      (error: unknown) => {
        if (aborter.signal.aborted) return;
        if (error instanceof ApiProblem && error.status === 401) signInAgain();
        else setProblem(error);
      },
    );
    return () => aborter.abort();
  }, [address, revision.value]);

  if (problem !== undefined)
    return (
      <div class="panel">
        <Back />
        <Path address={address} />
        <Failed what={t('resource.failed')} error={problem} retry={() => show(address)} />
      </div>
    );
  if (loaded === undefined) return <p class="panel quiet">{t('state.loading')}</p>;

  const { type, attributes, element } = loaded;
  const hasContents = holdsInstances(type.type);
  const tabs: readonly Tab[] = [
    'attributes',
    ...(hasContents ? (['contents'] as const) : []),
    ...(isInstance(type.type) ? [] : (['watch', 'discover'] as const)),
    'copy',
  ];
  const shown = tab ?? (hasContents ? 'contents' : 'attributes');
  return (
    <article class="panel" aria-labelledby="resource-name">
      <Back />
      <Path address={address} />
      <div class="panel-head">
        <div>
          <h1 id="resource-name">{String(attributes.rn ?? address)}</h1>
          <p class="panel-type">
            <strong>{type.longName}</strong> <code>{element}</code>
          </p>
          <p class="quiet">{local(type.meaning)}</p>
        </div>
        <div class="panel-actions">
          {type.children.length > 0 && (
            <button type="button" class="button" onClick={() => setDialog('create')}>
              <Icon name="plus" size={18} /> {t('action.create')}
            </button>
          )}
          {type.updatable && (
            <button type="button" class="button" onClick={() => setDialog('edit')}>
              <Icon name="pencil" size={18} /> {t('action.edit')}
            </button>
          )}
          {type.deletable && (
            <button type="button" class="button is-quiet" onClick={() => setDialog('delete')}>
              <Icon name="bin" size={18} /> {t('action.delete')}
            </button>
          )}
          <button type="button" class="tool" aria-label={t('action.refresh')} onClick={() => show(address)}>
            <Icon name="refresh" size={18} />
          </button>
        </div>
      </div>
      <Tabs tabs={tabs} shown={shown} choose={setTab} />
      <div role="tabpanel" id="tabpanel" aria-labelledby={`tab-${shown}`} class="tab-panel">
        {shown === 'attributes' && <Attributes loaded={loaded} />}
        {shown === 'contents' && <Contents loaded={loaded} />}
        {shown === 'watch' && <Watch address={address} />}
        {shown === 'discover' && <Discover address={address} />}
        {shown === 'copy' && <CopyRequest request={{ op: 2, to: address }} />}
      </div>
      {dialog === 'create' && <CreateDialog parent={loaded} close={() => setDialog(undefined)} />}
      {dialog === 'edit' && <EditDialog loaded={loaded} close={() => setDialog(undefined)} />}
      {dialog === 'delete' && <DeleteDialog loaded={loaded} close={() => setDialog(undefined)} />}
    </article>
  );
}

/** Arrows change between tabs (WAI-ARIA tabs pattern). */
function Tabs({ tabs, shown, choose }: { tabs: readonly Tab[]; shown: Tab; choose: (tab: Tab) => void }) {
  function onKeyDown(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    const next = tabs[(tabs.indexOf(shown) + step + tabs.length) % tabs.length];
    if (next === undefined) return;
    choose(next);
    document.getElementById(`tab-${next}`)?.focus();
    event.preventDefault();
  }
  return (
    <div class="tabs" role="tablist" aria-label={t('tabs.label')}>
      {tabs.map((tab) => (
        <button
          key={tab}
          id={`tab-${tab}`}
          type="button"
          role="tab"
          aria-selected={tab === shown}
          aria-controls="tabpanel"
          tabIndex={tab === shown ? 0 : -1}
          onClick={() => choose(tab)}
          onKeyDown={onKeyDown}
        >
          {t(`tab.${tab}` satisfies MessageKey)}
        </button>
      ))}
    </div>
  );
}

function Back() {
  return (
    <button
      type="button"
      class="link-button back"
      onClick={() => {
        isDetailShown.value = false;
      }}
    >
      <Icon name="back" size={18} /> {t('tree.back')}
    </button>
  );
}

/** The way to the resource, each step a link. */
function Path({ address }: { address: string }) {
  const parts = address.split('/');
  return (
    <nav class="path" aria-label={t('path.label')}>
      {parts.map((part, index) => {
        const to = parts.slice(0, index + 1).join('/');
        return index === parts.length - 1 || part === '' ? (
          <span key={to}>{part}</span>
        ) : (
          <span key={to}>
            <a href={`#${to}`}>{part}</a>
            <span aria-hidden="true"> / </span>
          </span>
        );
      })}
    </nav>
  );
}
