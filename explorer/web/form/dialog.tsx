import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '#platform/browser';
import { t } from '../text/messages.ts';
import './dialog.css';

/** A dialog of the browser's own, which keeps the focus and closes with Escape. */
export function Dialog({ title, close, children }: { title: string; close: () => void; children: ComponentChildren }) {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    element.current?.showModal();
  }, []);
  return (
    <dialog ref={element} aria-labelledby="dialog-title" onClose={close}>
      <div class="dialog-head">
        <h2 id="dialog-title">{title}</h2>
        <button type="button" class="tool" aria-label={t('form.close')} onClick={() => element.current?.close()}>
          <Icon name="close" size={18} />
        </button>
      </div>
      {children}
    </dialog>
  );
}
