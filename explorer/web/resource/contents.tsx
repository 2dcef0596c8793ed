import { useEffect, useState } from 'preact/hooks';
import type { Json, JsonObject, PageRequest } from '../../contract.ts';
import { ask, demand } from '../api.ts';
import { revision, show } from '../state.ts';
import { Failed } from '../status.tsx';
import { t } from '../text/messages.ts';
import { formatMoment, formatNumber, momentOf, shortText } from '../text/values.ts';
import type { Loaded } from './load.ts';

const pageSize = 50;
const containerType = 3;
const instanceOf: Readonly<Record<number, number>> = { 3: 4, 28: 58, 29: 30 };
/** Where instances stand in the answer; those of flexContainers bear the name of their model. */
const common: ReadonlySet<string> = new Set([
  'rn',
  'ty',
  'ri',
  'pi',
  'ct',
  'lt',
  'et',
  'st',
  'cs',
  'lbl',
  'cnf',
  'org',
]);

/**
 * A window onto the instances, newest first. State tags name places in a container of any size; the instances of other
 * types are counted from the oldest.
 */
interface Window {
  /** First place, inclusive. */
  readonly from: number;
  /** Last place, inclusive. */
  readonly to: number;
}

interface Page {
  readonly window: Window;
  readonly items: readonly JsonObject[];
}

const windowUpTo = (to: number): Window => ({ from: Math.max(1, to - pageSize + 1), to });

function pageRequest({ address, type }: Loaded, { from, to }: Window): PageRequest {
  const ty = [instanceOf[type.type] ?? 0];
  const fc: JsonObject =
    type.type === containerType
      ? { ty, lvl: 1, stb: from, sts: to + 1, lim: pageSize }
      : { ty, lvl: 1, ofst: from, lim: to - from + 1 };
  return { op: 2, to: address, rcn: 8, fc };
}

/** Instances among the members of an answer, newest first. */
function instancesIn(pc: JsonObject | undefined): JsonObject[] {
  const inside = Object.values(pc ?? {})[0];
  const members = typeof inside === 'object' && inside !== null && !Array.isArray(inside) ? inside : {};
  return Object.entries(members)
    .filter(([name]) => name.includes(':'))
    .flatMap(([, list]) => (Array.isArray(list) ? (list as JsonObject[]) : []))
    .reverse();
}

async function newest({ address, type, attributes }: Loaded): Promise<number> {
  const count = Number(attributes.cni ?? 0);
  if (type.type !== containerType) return count;
  if (count === 0) return 0;
  const { pc } = await demand({ op: 2, to: `${address}/la` });
  return Number((Object.values(pc ?? {})[0] as JsonObject | undefined)?.st ?? 0);
}

async function oldest({ address, type }: Loaded): Promise<number> {
  if (type.type !== containerType) return 1;
  const { pc } = await ask({ op: 2, to: `${address}/ol` });
  return Number((Object.values(pc ?? {})[0] as JsonObject | undefined)?.st ?? 1);
}

const contentOf = (instance: JsonObject): Json =>
  instance.con ?? Object.fromEntries(Object.entries(instance).filter(([name]) => !common.has(name)));

export function Contents({ loaded }: { loaded: Loaded }) {
  const [page, setPage] = useState<Page>();
  const [problem, setProblem] = useState<unknown>();
  const [bounds, setBounds] = useState({ first: 1, last: 0 });

  async function read(window: Window): Promise<void> {
    try {
      const { pc } = await demand(pageRequest(loaded, window));
      setPage({ window, items: instancesIn(pc) });
      setProblem(undefined);
    } catch (error) {
      setProblem(error);
    }
  }

  async function start(): Promise<void> {
    try {
      const last = await newest(loaded);
      const first = last === 0 ? 1 : await oldest(loaded);
      setBounds({ first, last });
      if (last === 0) setPage({ window: { from: 1, to: 0 }, items: [] });
      else await read(windowUpTo(last));
    } catch (error) {
      setProblem(error);
    }
  }

  useEffect(() => {
    void start();
  }, [loaded.address, revision.value, loaded]);

  if (problem !== undefined) return <Failed what={t('contents.failed')} error={problem} retry={() => void start()} />;
  if (page === undefined) return <p class="quiet">{t('state.loading')}</p>;
  const { window, items } = page;
  const count = Number(loaded.attributes.cni ?? 0);
  if (bounds.last === 0) return <p class="quiet">{t('contents.empty')}</p>;
  return (
    <>
      <div class="pager">
        <p role="status">{t('contents.count', { count: formatNumber(count) })}</p>
        <button type="button" class="button is-quiet" onClick={() => void start()}>
          {t('contents.newest')}
        </button>
        <button
          type="button"
          class="button is-quiet"
          disabled={window.to >= bounds.last}
          onClick={() => void read(windowUpTo(Math.min(bounds.last, window.to + pageSize)))}
        >
          {t('contents.newer')}
        </button>
        <button
          type="button"
          class="button is-quiet"
          disabled={window.from <= bounds.first}
          onClick={() => void read(windowUpTo(window.from - 1))}
        >
          {t('contents.older')}
        </button>
        <button
          type="button"
          class="button is-quiet"
          disabled={window.from <= bounds.first}
          onClick={() => void read(windowUpTo(Math.min(bounds.last, bounds.first + pageSize - 1)))}
        >
          {t('contents.oldest')}
        </button>
      </div>
      {items.length === 0 ? (
        <p class="quiet">{t('contents.gap')}</p>
      ) : (
        <table class="contents">
          <caption class="visually-hidden">{t('tab.contents')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('contents.created')}</th>
              <th scope="col">{t('contents.content')}</th>
              <th scope="col">{t('contents.name')}</th>
            </tr>
          </thead>
          <tbody>
            {items.map((item) => {
              const moment = momentOf(String(item.ct));
              const name = String(item.rn ?? item.ri);
              return (
                <tr key={String(item.ri)}>
                  <td class="when">{moment === undefined ? String(item.ct) : formatMoment(moment)}</td>
                  <td class="value">{shortText(contentOf(item), 300)}</td>
                  <td>
                    <button type="button" class="link-button" onClick={() => show(`${loaded.address}/${name}`)}>
                      {name}
                    </button>
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </>
  );
}
