import { ApiProblem, signInAgain } from '#platform/browser';
import '@fontsource-variable/atkinson-hyperlegible-next/wght.css';
import '../../platform/web/theme.css';
import '../../platform/web/controls.css';
import { render } from 'preact';
import { App } from './app.tsx';
import { loadBootstrap } from './bootstrap.ts';
import { openAddress } from './state.ts';
import { Failed } from './status.tsx';
import { t } from './text/messages.ts';

const root = document.getElementById('explorer');
if (root === null) throw new Error('the page has no element for the explorer');

async function start(into: HTMLElement): Promise<void> {
  try {
    await loadBootstrap();
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 401) return signInAgain();
    render(
      <main class="start-failed">
        <Failed what={t('start.failed')} error={error} retry={() => location.reload()} />
      </main>,
      into,
    );
    return;
  }
  document.title = t('page.title');
  openAddress();
  addEventListener('hashchange', openAddress);
  render(<App />, into);
}

await start(root);
