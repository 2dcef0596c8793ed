import { Icon, preference } from '#platform/browser';
import { ConditionMark } from '../icons/condition-mark.tsx';
import { ThemeMark } from '../icons/theme-mark.tsx';
import { bootstrap } from '../state/bootstrap.ts';
import { conditions } from '../state/condition.ts';
import {
  clearFilters,
  communeFilter,
  conditionFilter,
  hiddenThemes,
  isFiltered,
  situations,
  themeSummaries,
  toggled,
} from '../state/filters.ts';
import { formatNumber } from '../text/formats.ts';
import { t } from '../text/messages.ts';
import { type ThemeStyle, themes } from '../themes.ts';
import { MarksLegend, ThemeLegend } from './legend.tsx';
import { ViewSwitch } from './view-switch.tsx';
import './rail.css';

const railIsOpen = preference<'open' | 'folded'>('rail', ['open', 'folded'], innerWidth < 1200 ? 'folded' : 'open');

/** Themes with their switches and legends, and the filters that map, list and counts share. */
export function Rail() {
  const isOpen = railIsOpen.value === 'open';
  const hasDemonstration = situations.value.some(({ entity }) => entity.values.demonstration?.[0] === true);
  return (
    <nav class={`rail ${isOpen ? 'is-open' : 'is-folded'}`} aria-label={t('rail.label')}>
      <div class="rail-head">
        <ViewSwitch isFolded={!isOpen} />
        <button
          type="button"
          class="tool rail-fold"
          aria-expanded={isOpen}
          onClick={() => {
            railIsOpen.value = isOpen ? 'folded' : 'open';
          }}
          aria-label={t(isOpen ? 'rail.fold' : 'rail.unfold')}
          title={t(isOpen ? 'rail.fold' : 'rail.unfold')}
        >
          <Icon name={isOpen ? 'fold' : 'unfold'} />
        </button>
      </div>
      {isOpen ? (
        <div class="rail-body">
          <Themes />
          <Filters />
          <MarksLegend />
          {hasDemonstration && <p class="rail-note">{t('rail.demonstration')}</p>}
        </div>
      ) : (
        <FoldedThemes />
      )}
    </nav>
  );
}

/** The same content on a phone, where it comes as a sheet. */
export function RailSheet() {
  return (
    <div class="rail-body">
      <Themes />
      <Filters />
      <MarksLegend />
    </div>
  );
}

function Themes() {
  return (
    <section class="rail-section" aria-labelledby="rail-themes">
      <h2 id="rail-themes">{t('rail.themes')}</h2>
      <ul class="theme-cards">
        {profileThemes().map((style) => (
          <ThemeCard key={style.theme} style={style} />
        ))}
      </ul>
    </section>
  );
}

/** The themes of this territory, in its order. */
const profileThemes = (): readonly ThemeStyle[] =>
  bootstrap().territory.themes.flatMap((name) => themes.filter(({ theme }) => theme === name));

function toggleTheme({ theme }: ThemeStyle): void {
  hiddenThemes.value = toggled(hiddenThemes.value, theme);
}

function ThemeCard({ style }: { style: ThemeStyle }) {
  const summary = themeSummaries.value.get(style.theme);
  const isOn = !hiddenThemes.value.has(style.theme);
  const name = t(style.label);
  return (
    <li class={`theme-card ${isOn ? '' : 'is-off'}`}>
      <div class="theme-head">
        <ThemeMark theme={style.theme} size={22} />
        <span class="theme-name">{name}</span>
        {summary !== undefined && summary.worst !== 'normal' && (
          <span
            class={`theme-worst hue-${summary.worst}`}
            title={t('rail.worst', { condition: t(`condition.${summary.worst}`) })}
          >
            <ConditionMark condition={summary.worst} />
            <span class="visually-hidden">{t('rail.worst', { condition: t(`condition.${summary.worst}`) })}</span>
          </span>
        )}
        <span class="theme-count">
          {summary === undefined ? '0' : formatNumber(summary.passing)}
          {summary !== undefined && summary.passing !== summary.total && (
            <span class="theme-total"> / {formatNumber(summary.total)}</span>
          )}
        </span>
        <button
          type="button"
          role="switch"
          class="switch"
          aria-checked={isOn}
          aria-label={t('rail.show', { theme: name })}
          onClick={() => toggleTheme(style)}
        >
          <span />
        </button>
      </div>
      {isOn &&
        (summary === undefined ? (
          <p class="theme-empty">{t('rail.emptyTheme')}</p>
        ) : (
          <ThemeLegend theme={style.theme} />
        ))}
    </li>
  );
}

function FoldedThemes() {
  return (
    <ul class="theme-folded">
      {profileThemes().map((style) => {
        const summary = themeSummaries.value.get(style.theme);
        const isOn = !hiddenThemes.value.has(style.theme);
        const name = t(style.label);
        return (
          <li key={style.theme}>
            <button
              type="button"
              role="switch"
              class={`theme-button ${isOn ? '' : 'is-off'}`}
              aria-checked={isOn}
              aria-label={t('rail.show', { theme: name })}
              title={name}
              onClick={() => toggleTheme(style)}
            >
              <ThemeMark theme={style.theme} size={24} />
              <span class="theme-button-count">{formatNumber(summary?.passing ?? 0)}</span>
              {isOn && summary !== undefined && summary.worst !== 'normal' && (
                <span class={`theme-button-worst hue-${summary.worst}`}>
                  <ConditionMark condition={summary.worst} size={12} />
                </span>
              )}
            </button>
          </li>
        );
      })}
    </ul>
  );
}

function Filters() {
  const communes = bootstrap()
    .territory.communes.features.map(({ properties }) => properties.name)
    .sort((a, b) => a.localeCompare(b, 'fr'));
  const counts = new Map(conditions.map((condition) => [condition, 0]));
  for (const { condition, type, entity } of situations.value) {
    const isPassing =
      !hiddenThemes.value.has(type.theme) &&
      (communeFilter.value === undefined || entity.commune === communeFilter.value);
    if (isPassing) counts.set(condition, (counts.get(condition) ?? 0) + 1);
  }
  return (
    <section class="rail-section" aria-labelledby="rail-filters">
      <h2 id="rail-filters">
        {t('rail.filters')}
        {isFiltered.value && (
          <button type="button" class="link-button" onClick={clearFilters}>
            {t('rail.clear')}
          </button>
        )}
      </h2>
      <label class="field">
        <span class="field-label">{t('rail.commune')}</span>
        <select
          value={communeFilter.value ?? ''}
          onChange={(event) => {
            communeFilter.value = event.currentTarget.value === '' ? undefined : event.currentTarget.value;
          }}
        >
          <option value="">{t('rail.wholeTerritory')}</option>
          {communes.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <fieldset class="condition-chips" hidden={situations.value.length === 0}>
        <legend class="field-label">{t('rail.condition')}</legend>
        {conditions.map((condition) => {
          const count = counts.get(condition) ?? 0;
          const isPressed = conditionFilter.value.has(condition);
          if (count === 0 && !isPressed) return null;
          return (
            <button
              key={condition}
              type="button"
              class="chip"
              aria-pressed={isPressed}
              onClick={() => {
                conditionFilter.value = toggled(conditionFilter.value, condition);
              }}
            >
              <span class={`hue-${condition}`}>
                <ConditionMark condition={condition} size={12} />
              </span>
              {t(`condition.${condition}`)} <span class="chip-count">{formatNumber(count)}</span>
            </button>
          );
        })}
      </fieldset>
    </section>
  );
}
