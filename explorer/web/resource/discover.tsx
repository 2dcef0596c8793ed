import { useState } from 'preact/hooks';
import type { JsonObject, PageRequest } from '../../contract.ts';
import { demand } from '../api.ts';
import { bootstrap } from '../bootstrap.ts';
import { show } from '../state.ts';
import { Failed } from '../status.tsx';
import { t } from '../text/messages.ts';
import { toTimestamp } from '../text/values.ts';
import { CopyRequest } from './copy-request.tsx';

const pageSize = 100;

/** Filter criteria out of the form; what is left empty is no condition. */
function criteria(form: FormData): JsonObject {
  const text = (name: string): string => String(form.get(name) ?? '').trim();
  const fc: JsonObject = { fu: 1, lim: pageSize };
  if (text('ty') !== '') fc.ty = [Number(text('ty'))];
  const labels = text('lbl').split(/\s+/).filter(Boolean);
  if (labels.length > 0) fc.lbl = labels;
  if (text('cra') !== '') fc.cra = toTimestamp(text('cra'));
  if (text('crb') !== '') fc.crb = toTimestamp(text('crb'));
  if (text('lvl') !== '') fc.lvl = Number(text('lvl'));
  if (text('nm') !== '') fc.atr = [{ nm: text('nm'), val: text('val') }];
  return fc;
}

/** Finds resources below a resource by what they are. */
export function Discover({ address }: { address: string }) {
  const [request, setRequest] = useState<PageRequest>();
  const [found, setFound] = useState<readonly string[]>([]);
  const [next, setNext] = useState<number>();
  const [problem, setProblem] = useState<unknown>();
  const [state, setState] = useState<'idle' | 'searching' | 'done'>('idle');
  const types = bootstrap()
    .types.filter(({ specialization, type }) => specialization === undefined && type < 10_000)
    .toSorted((one, other) => one.longName.localeCompare(other.longName));

  async function search(asked: PageRequest, before: readonly string[]): Promise<void> {
    setState('searching');
    setProblem(undefined);
    try {
      const { pc, cnot } = await demand(asked);
      const addresses = pc?.['m2m:uril'];
      setFound([...before, ...(Array.isArray(addresses) ? addresses.map(String) : [])]);
      setNext(cnot);
      setState('done');
    } catch (error) {
      setProblem(error);
      setState('idle');
    }
  }

  return (
    <>
      <form
        class="filter"
        onSubmit={(event) => {
          event.preventDefault();
          const asked: PageRequest = { op: 2, to: address, fc: criteria(new FormData(event.currentTarget)) };
          setRequest(asked);
          void search(asked, []);
        }}
      >
        <label>
          {t('discover.type')}
          <select name="ty">
            <option value="">{t('discover.any')}</option>
            {types.map(({ type, longName }) => (
              <option key={type} value={type}>
                {longName}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t('discover.labels')}
          <input name="lbl" spellcheck={false} />
        </label>
        <label>
          {t('discover.after')}
          <input type="datetime-local" name="cra" />
        </label>
        <label>
          {t('discover.before')}
          <input type="datetime-local" name="crb" />
        </label>
        <label>
          {t('discover.attribute')}
          <input name="nm" placeholder="rn" spellcheck={false} />
        </label>
        <label>
          {t('discover.value')}
          <input name="val" placeholder="lamp*" spellcheck={false} />
        </label>
        <label>
          {t('discover.levels')}
          <input type="number" name="lvl" min={1} max={64} />
        </label>
        <button type="submit" class="button is-main" disabled={state === 'searching'}>
          {t('discover.search')}
        </button>
      </form>
      {problem !== undefined && <Failed what={t('discover.failed')} error={problem} />}
      <p role="status" class="quiet">
        {state === 'searching' && t('state.loading')}
        {state === 'done' && t(next === undefined ? 'discover.found' : 'discover.foundMore', { count: found.length })}
      </p>
      <ul class="found">
        {found.map((one) => (
          <li key={one}>
            <button type="button" class="link-button" onClick={() => show(one)}>
              {one}
            </button>
          </li>
        ))}
      </ul>
      {request !== undefined && next !== undefined && (
        <button
          type="button"
          class="button"
          disabled={state === 'searching'}
          onClick={() => void search({ ...request, fc: { ...request.fc, ofst: next } }, found)}
        >
          {t('tree.more')}
        </button>
      )}
      {request !== undefined && (
        <details>
          <summary>{t('copy.summary')}</summary>
          <CopyRequest request={request} />
        </details>
      )}
    </>
  );
}
