import { useEffect, useState } from 'preact/hooks';
import type { PageRequest } from '../../contract.ts';
import { ask, demand } from '../api.ts';
import { typeByNumber } from '../bootstrap.ts';
import { CopyRequest } from '../resource/copy-request.tsx';
import type { Loaded } from '../resource/load.ts';
import { isInstance, parentOf, referencesIn, refreshBranch, show } from '../state.ts';
import { problemText } from '../status.tsx';
import { t } from '../text/messages.ts';
import { formatNumber } from '../text/values.ts';
import { Dialog } from './dialog.tsx';

const countedMax = 500;

/** What would go with a resource: how many of which type. */
interface Below {
  readonly total: number;
  readonly isAll: boolean;
  readonly types: readonly (readonly [name: string, count: number])[];
}

async function countBelow({ address, type, attributes }: Loaded): Promise<Below> {
  if (isInstance(type.type)) return { total: 0, isAll: true, types: [] };
  const { pc, cnot } = await ask({ op: 2, to: address, rcn: 6, fc: { lim: countedMax } });
  const counts = new Map<string, number>();
  const found = referencesIn(pc);
  for (const { typ } of found) {
    const name = typeByNumber(typ)?.longName ?? String(typ);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return {
    total: Math.max(found.length, Number(attributes.cni ?? 0)),
    isAll: cnot === undefined,
    types: [...counts].toSorted(([, one], [, other]) => other - one),
  };
}

/** Says what goes with the resource before it is deleted. */
export function DeleteDialog({ loaded, close }: { loaded: Loaded; close: () => void }) {
  const [below, setBelow] = useState<Below>();
  const [problem, setProblem] = useState<unknown>();
  const [isSending, setSending] = useState(false);
  const { address, type, attributes } = loaded;
  const request: PageRequest = { op: 4, to: address };

  useEffect(() => {
    countBelow(loaded).then(setBelow, setProblem);
  }, [loaded]);

  async function remove(): Promise<void> {
    setSending(true);
    setProblem(undefined);
    try {
      await demand(request);
      close();
      refreshBranch(parentOf(address));
      show(parentOf(address));
    } catch (error) {
      setProblem(error);
      setSending(false);
    }
  }

  return (
    <Dialog title={t('delete.title', { name: String(attributes.rn ?? address) })} close={close}>
      <p>{t('delete.what', { type: type.longName, address })}</p>
      {below === undefined && problem === undefined && <p class="quiet">{t('state.loading')}</p>}
      {below !== undefined && (
        <>
          <p>
            {t(below.isAll ? 'delete.below' : 'delete.belowMore', {
              count: below.total,
              shown: formatNumber(below.total),
            })}
          </p>
          <ul class="goes">
            {below.types.map(([name, count]) => (
              <li key={name}>{t('delete.ofType', { count: formatNumber(count), type: name })}</li>
            ))}
          </ul>
        </>
      )}
      <p>{t('delete.final')}</p>
      {problem !== undefined && (
        <p class="problem" role="alert">
          {problemText(problem)}
        </p>
      )}
      <div class="form-end">
        <button
          type="button"
          class="button is-danger"
          disabled={isSending || below === undefined}
          onClick={() => void remove()}
        >
          {t('delete.confirm')}
        </button>
        <button type="button" class="button is-quiet" onClick={close}>
          {t('form.cancel')}
        </button>
      </div>
      <details>
        <summary>{t('copy.summary')}</summary>
        <CopyRequest request={request} />
      </details>
    </Dialog>
  );
}
