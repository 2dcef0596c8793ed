import { PageTools } from '#platform/browser';
import { bootstrap } from './bootstrap.ts';
import { ResourcePanel } from './resource/resource-panel.tsx';
import { isDetailShown, selected, show } from './state.ts';
import { t } from './text/messages.ts';
import { Tree } from './tree/tree.tsx';
import './app.css';

export function App() {
  return (
    <div class={`explorer ${isDetailShown.value ? 'has-detail' : ''}`}>
      <button type="button" class="skip" onClick={focusResource}>
        {t('skip.resource')}
      </button>
      <Header />
      <nav class="side" aria-label={t('tree.label')}>
        <Tree />
      </nav>
      <main id="resource" class="main" tabIndex={-1}>
        <ResourcePanel key={selected.value} address={selected.value} />
      </main>
    </div>
  );
}

function focusResource(): void {
  isDetailShown.value = true;
  document.getElementById('resource')?.focus();
}

function Header() {
  const { me, cse } = bootstrap();
  return (
    <header class="strip">
      <p class="brand">
        <img src={`${import.meta.env.BASE_URL}alzette.svg`} alt="" width="22" height="22" />
        <span class="brand-name">Alzette</span>
        <span class="brand-page">{t('page.name')}</span>
      </p>
      <nav class="places" aria-label={t('places.label')}>
        <a href="/hypervision/">{t('places.wall')}</a>
        <a href="/cse/" aria-current="page">
          {t('places.explorer')}
        </a>
        <a href="/flows/">{t('places.flows')}</a>
      </nav>
      <search class="go-to">
        <form
          class="go"
          onSubmit={(event) => {
            event.preventDefault();
            const address = String(new FormData(event.currentTarget).get('address')).trim();
            if (address !== '') show(address);
          }}
        >
          <label class="visually-hidden" for="address">
            {t('go.label')}
          </label>
          <input
            id="address"
            name="address"
            key={selected.value}
            defaultValue={selected.value}
            placeholder={cse.name}
            spellcheck={false}
            autocomplete="off"
            autocapitalize="off"
          />
          <button type="submit" class="button is-quiet">
            {t('go.button')}
          </button>
        </form>
      </search>
      <p class="me">{me.name}</p>
      <div class="tools">
        <PageTools t={t} iconSize={18} />
      </div>
    </header>
  );
}
