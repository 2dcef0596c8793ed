import { Icon } from '../icons/icon.tsx';
import { type MainView, mainView } from '../state/selection.ts';
import { t } from '../text/messages.ts';

/** Map or its twin. */
export function ViewSwitch() {
  return (
    <fieldset class="view-switch">
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
          {t(`view.${view}`)}
        </button>
      ))}
    </fieldset>
  );
}
