import { Icon } from '#platform/browser';
import { type MainView, mainView } from '../state/selection.ts';
import { t } from '../text/messages.ts';

/** Map or its twin. @param isFolded signs only, one above the other, for the narrow rail */
export function ViewSwitch({ isFolded = false }: { isFolded?: boolean }) {
  return (
    <fieldset class={`view-switch ${isFolded ? 'is-folded' : ''}`}>
      <legend class="visually-hidden">{t('view.label')}</legend>
      {(['map', 'list'] satisfies MainView[]).map((view) => (
        <button
          key={view}
          type="button"
          aria-pressed={mainView.value === view}
          onClick={() => {
            mainView.value = view;
          }}
        >
          <Icon name={view} size={18} />
          <span class={isFolded ? 'visually-hidden' : ''}>{t(`view.${view}`)}</span>
        </button>
      ))}
    </fieldset>
  );
}
