import { useEffect, useState } from 'preact/hooks';
import type { WatchLine } from '../../contract.ts';
import { watch } from '../api.ts';
import { isInstance, refreshBranch, revision } from '../state.ts';
import { Failed } from '../status.tsx';
import { type MessageKey, t } from '../text/messages.ts';
import { formatMoment, shortText, valueText } from '../text/values.ts';
import { CopyRequest } from './copy-request.tsx';

type Heard = Extract<WatchLine, { kind: 'event' }> & { readonly number: number };

const heardMax = 200;
const eventNames: Readonly<Record<number, MessageKey>> = {
  1: 'event.updated',
  2: 'event.deleted',
  3: 'event.childCreated',
  4: 'event.childDeleted',
};

/** Subscribes to a resource while the tab is open and shows each notification as it comes. */
export function Watch({ address }: { address: string }) {
  const [state, setState] = useState<'opening' | 'watching' | 'ended'>('opening');
  const [why, setWhy] = useState<Extract<WatchLine, { kind: 'ended' }>['why']>();
  const [problem, setProblem] = useState<unknown>();
  const [heard, setHeard] = useState<readonly Heard[]>([]);
  const [attempt, setAttempt] = useState(0);

  useEffect(() => {
    const aborter = new AbortController();
    setState('opening');
    setProblem(undefined);
    let count = 0;
    watch(address, aborter.signal, (line) => {
      if (line.kind === 'watching') setState('watching');
      else if (line.kind === 'ended') setWhy(line.why);
      else {
        count += 1;
        const numbered = { ...line, number: count };
        setHeard((before) => [numbered, ...before].slice(0, heardMax));
        const [instance] = Object.values(line.content) as { ty?: number }[];
        if (line.event >= 3 && !isInstance(Number(instance?.ty))) refreshBranch(address);
        if (line.event === 1) revision.value += 1;
      }
    }).then(
      () => setState('ended'),
      (error: unknown) => {
        if (!aborter.signal.aborted) setProblem(error);
      },
    );
    return () => aborter.abort();
  }, [address, attempt]);

  if (problem !== undefined)
    return <Failed what={t('watch.failed')} error={problem} retry={() => setAttempt(attempt + 1)} />;
  return (
    <>
      <p class={`watch-state is-${state}`} role="status">
        {state === 'ended' ? t(`watch.ended.${why ?? 'time'}` satisfies MessageKey) : t(`watch.${state}`)}
        {state === 'ended' && (
          <button type="button" class="button is-quiet" onClick={() => setAttempt(attempt + 1)}>
            {t('watch.again')}
          </button>
        )}
      </p>
      {heard.length === 0 && state === 'watching' && <p class="quiet">{t('watch.nothing')}</p>}
      <ol class="heard" aria-live="polite" aria-label={t('watch.list')}>
        {heard.map(({ number, at, event, content }) => (
          <li key={number}>
            <details>
              <summary>
                <time dateTime={at}>{formatMoment(new Date(at))}</time>{' '}
                <strong>{t(eventNames[event] ?? 'event.other')}</strong>{' '}
                <span class="value">{shortText(gist(content), 100)}</span>
              </summary>
              <pre class="json">{valueText(content)}</pre>
            </details>
          </li>
        ))}
      </ol>
      <details>
        <summary>{t('watch.copy')}</summary>
        <CopyRequest
          request={{
            op: 1,
            to: address,
            ty: 23,
            pc: { 'm2m:sub': { nu: ['http://example.org/notify'], enc: { net: [1, 2, 3, 4] }, nct: 1 } },
          }}
        />
      </details>
    </>
  );
}

/** What a notification says first: a measurement's content, or the name of what it is about. */
function gist(content: Heard['content']): string {
  const [element = '', resource] = Object.entries(content)[0] ?? [];
  if (typeof resource !== 'object' || resource === null || Array.isArray(resource)) return element;
  return shortText(resource.con ?? resource.rn ?? element);
}
