import { useEffect, useMemo, useState } from 'preact/hooks';
import type { JsonObject, TypeDescription, TypeSummary } from '../../contract.ts';
import { describeType, typeByElement } from '../bootstrap.ts';
import type { Loaded } from '../resource/load.ts';
import { holdsInstances, isInstance, refreshBranch, revision, show } from '../state.ts';
import { problemText } from '../status.tsx';
import { local, t } from '../text/messages.ts';
import { Dialog } from './dialog.tsx';
import { ResourceForm } from './resource-form.tsx';

const managementObject = 13;
/** What is created most often stands first. */
const frequent = ['m2m:ae', 'm2m:cnt', 'm2m:cin', 'm2m:sub', 'm2m:acp', 'm2m:grp'];

const presetOf = ({ type, specialization }: TypeSummary): JsonObject =>
  specialization === undefined ? {} : { [type === managementObject ? 'mgd' : 'cnd']: specialization };

/** Creates a resource of any type that may stand under this one. */
export function CreateDialog({ parent, close }: { parent: Loaded; close: () => void }) {
  const [element, setElement] = useState('');
  const [type, setType] = useState<TypeDescription>();
  const [problem, setProblem] = useState<unknown>();
  const types = useMemo(() => {
    const permitted = parent.type.children
      .flatMap((one) => typeByElement(one) ?? [])
      .filter(({ type }) => type < 10_000);
    return permitted.toSorted((one, other) => one.longName.localeCompare(other.longName));
  }, [parent]);
  const first = frequent.flatMap((one) => types.find((type) => type.element === one) ?? []);
  const standard = types.filter((one) => one.element.startsWith('m2m:') && !first.includes(one));
  const models = types.filter((one) => !one.element.startsWith('m2m:'));

  useEffect(() => {
    setType(undefined);
    if (element === '') return;
    describeType(element).then(setType, setProblem);
  }, [element]);

  const options = (list: readonly TypeSummary[]) =>
    list.map((one) => (
      <option key={one.element} value={one.element}>
        {`${one.longName} (${one.element})`}
      </option>
    ));
  return (
    <Dialog title={t('create.title', { parent: parent.address })} close={close}>
      <div class="field">
        <label for="create-type">{t('create.type')}</label>
        <select id="create-type" value={element} onChange={(event) => setElement(event.currentTarget.value)}>
          <option value="">{t('create.choose')}</option>
          {first.length > 0 && <optgroup label={t('create.frequent')}>{options(first)}</optgroup>}
          {standard.length > 0 && <optgroup label={t('create.standard')}>{options(standard)}</optgroup>}
          {models.length > 0 && <optgroup label={t('create.models')}>{options(models)}</optgroup>}
        </select>
        <p class="hint">{local(type?.meaning)}</p>
      </div>
      {problem !== undefined && (
        <p class="problem" role="alert">
          {problemText(problem)}
        </p>
      )}
      {type !== undefined && (
        <ResourceForm
          key={type.element}
          type={type}
          operation="create"
          present={{}}
          preset={presetOf(type)}
          request={(pc) => ({ op: 1, to: parent.address, ty: type.type, pc })}
          done={(pc) => {
            close();
            const created = Object.values(pc)[0] as JsonObject | undefined;
            if (isInstance(type.type) && holdsInstances(parent.type.type)) revision.value += 1;
            else {
              refreshBranch(parent.address);
              show(`${parent.address}/${String(created?.rn ?? '')}`);
            }
          }}
        />
      )}
    </Dialog>
  );
}
