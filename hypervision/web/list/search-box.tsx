import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '#platform/browser';
import { ConditionMark } from '../icons/condition-mark.tsx';
import { ThemeMark } from '../icons/theme-mark.tsx';
import { pointOf } from '../map/geometry.ts';
import { type Situation, situations } from '../state/filters.ts';
import { flyTo, select } from '../state/selection.ts';
import { t } from '../text/messages.ts';
import { nameOf, typeLabel } from '../text/values.ts';

import { search } from './search.ts';
import './search-box.css';

const RESULTS_MAX = 8;

const query = signal('');
const isOpen = signal(false);
const active = signal(0);

/** Finds anything on the territory by name, kind or commune (WAI-ARIA combobox with a list). */
export function SearchBox() {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const focusOnSlash = (event: KeyboardEvent): void => {
      const isTyping = event.target instanceof HTMLElement && event.target.closest('input, textarea, select') !== null;
      if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      input.current?.focus();
    };
    addEventListener('keydown', focusOnSlash);
    return () => removeEventListener('keydown', focusOnSlash);
  }, []);

  const results =
    query.value.trim() === ''
      ? []
      : search(situations.value, query.value, ({ type }) => typeLabel(type)).slice(0, RESULTS_MAX);
  const isShown = isOpen.value && query.value.trim() !== '';

  function choose({ entity }: Situation): void {
    const point = pointOf(entity);
    select(entity.id);
    if (point !== undefined) flyTo.value = { position: point, zoom: 16 };
    query.value = '';
    isOpen.value = false;
    input.current?.blur();
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      const step = event.key === 'ArrowDown' ? 1 : -1;
      active.value = (active.value + step + results.length) % Math.max(1, results.length);
    } else if (event.key === 'Enter') {
      const chosen = results[active.value];
      if (chosen !== undefined) choose(chosen);
    } else if (event.key === 'Escape') {
      query.value = '';
      isOpen.value = false;
    }
  }

  return (
    <search class="search">
      <Icon name="search" size={18} />
      <input
        ref={input}
        type="text"
        enterkeyhint="search"
        role="combobox"
        aria-label={t('search.label')}
        placeholder={t('search.placeholder')}
        aria-expanded={isShown}
        aria-controls="search-results"
        aria-autocomplete="list"
        aria-activedescendant={isShown && results.length > 0 ? `search-result-${active.value}` : undefined}
        autocomplete="off"
        spellcheck={false}
        value={query.value}
        onInput={(event) => {
          query.value = event.currentTarget.value;
          active.value = 0;
          isOpen.value = true;
        }}
        onFocus={() => {
          isOpen.value = true;
        }}
        onBlur={() => {
          isOpen.value = false;
        }}
        onKeyDown={onKeyDown}
      />
      <span class="search-key" aria-hidden="true">
        /
      </span>
      <div id="search-results" class="search-results" role="listbox" aria-label={t('search.results')} hidden={!isShown}>
        {isShown && results.length === 0 && (
          <div class="search-none" role="option" aria-selected="false" aria-disabled="true" tabIndex={-1}>
            {t('search.none')}
          </div>
        )}
        {isShown &&
          results.map((situation, index) => (
            <div
              key={situation.entity.id}
              id={`search-result-${index}`}
              class="search-result"
              role="option"
              tabIndex={-1}
              aria-selected={index === active.value}
              // Before the input loses the focus and closes the list.
              onPointerDown={(event) => {
                event.preventDefault();
                choose(situation);
              }}
            >
              <ThemeMark theme={situation.type.theme} size={18} />
              <span class="search-name">
                {nameOf(situation.entity)}
                <small>
                  {typeLabel(situation.type)}
                  {situation.entity.commune !== undefined && ` · ${situation.entity.commune}`}
                </small>
              </span>
              {situation.condition !== 'normal' && <ConditionMark condition={situation.condition} />}
            </div>
          ))}
      </div>
    </search>
  );
}
