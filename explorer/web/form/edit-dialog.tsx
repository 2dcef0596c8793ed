import type { Loaded } from '../resource/load.ts';
import { revision } from '../state.ts';
import { t } from '../text/messages.ts';
import { Dialog } from './dialog.tsx';
import { ResourceForm } from './resource-form.tsx';

/** Changes attributes of a resource; a field that is emptied removes its attribute. */
export function EditDialog({ loaded, close }: { loaded: Loaded; close: () => void }) {
  return (
    <Dialog title={t('edit.title', { name: String(loaded.attributes.rn ?? loaded.address) })} close={close}>
      <p class="hint">{t('edit.hint')}</p>
      <ResourceForm
        type={loaded.type}
        operation="update"
        present={loaded.attributes}
        preset={{}}
        request={(pc) => ({ op: 3, to: loaded.address, pc })}
        done={() => {
          close();
          revision.value += 1;
        }}
      />
    </Dialog>
  );
}
