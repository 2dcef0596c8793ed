import { signal } from '@preact/signals';
import { useState } from 'preact/hooks';
import { ApiProblem, postJson } from '#platform/browser';
import type { QuarantineItem } from '../../contract.ts';
import { coarseNowMs } from '../clock.ts';
import { useLoaded } from '../entity/use-loaded.ts';
import { Age } from '../status/age.tsx';
import { Empty } from '../status/empty.tsx';
import { Failed } from '../status/failed.tsx';
import { Skeleton } from '../status/skeleton.tsx';
import { local, t } from '../text/messages.ts';
import { problemText } from '../text/problems.ts';
import './quarantine-list.css';

const DRAWN_MAX = 50;
/** Quarantine is not on the live link: it is looked at when a mapping is being mended, and read again meanwhile. */
const REFRESH_MS = 20_000;

/** Changes when the operator has done something that the next answer will show. */
const acted = signal(0);

function useFresh<T>(path: string) {
  return useLoaded<T>(path, Math.floor(coarseNowMs.value / REFRESH_MS) + acted.value);
}

/** How many messages are held; undefined until it is known. */
export function useHeldCount(): number | undefined {
  const counts = useFresh<{ readonly held: number }>('/api/territory/quarantine/counts');
  return counts.state === 'ready' ? counts.content.held : undefined;
}

/** Messages that could not become a reading, with the reason; sent again once its cause is mended. */
export function QuarantineList() {
  const path = `/api/territory/quarantine?${new URLSearchParams({ state: 'held', limit: String(DRAWN_MAX) })}`;
  const loaded = useFresh<{ items: readonly QuarantineItem[]; next?: string }>(path);
  if (loaded.state === 'loading') return <Skeleton rows={3} height={112} />;
  if (loaded.state === 'failed')
    return <Failed what={t('quarantine.failed')} error={loaded.error} retry={loaded.retry} />;
  const { items, next } = loaded.content;
  if (items.length === 0) return <Empty title={t('quarantine.empty.title')}>{t('quarantine.empty.text')}</Empty>;
  return (
    <>
      <p class="quarantine-intro">{t('quarantine.intro')}</p>
      <ul class="alert-cards">
        {items.map((item) => (
          <li key={item.id}>
            <HeldMessage item={item} />
          </li>
        ))}
      </ul>
      {next !== undefined && <p class="alerts-more">{t('quarantine.more', { count: DRAWN_MAX })}</p>}
    </>
  );
}

function HeldMessage({ item }: { item: QuarantineItem }) {
  const [isWaiting, setWaiting] = useState(false);
  const [failure, setFailure] = useState<ApiProblem>();

  async function replay(): Promise<void> {
    setWaiting(true);
    setFailure(undefined);
    try {
      await postJson(`/api/territory/quarantine/${encodeURIComponent(item.id)}/replay`, {});
      acted.value += 1;
    } catch (error) {
      setFailure(error instanceof ApiProblem ? error : new ApiProblem(0, 'unknown', String(error)));
    }
    setWaiting(false);
  }

  return (
    <article class="held">
      <p class="held-top">
        <strong>{local(item.reason)}</strong>
        <Age sinceMs={Date.parse(item.createdAt)} />
      </p>
      <p class="source-path">{item.origin.resource}</p>
      {item.mapping !== undefined && <p class="quiet">{t('quarantine.mapping', { mapping: item.mapping })}</p>}
      <details class="held-message">
        <summary>{t('quarantine.message')}</summary>
        <pre>{JSON.stringify(item.message, null, 2)}</pre>
      </details>
      <button type="button" class="button" disabled={isWaiting} onClick={replay}>
        {t('quarantine.replay')}
      </button>
      {failure !== undefined && (
        <p class="problem" role="alert">
          {t('quarantine.notReplayed', { reason: problemText(failure) })}
        </p>
      )}
    </article>
  );
}
