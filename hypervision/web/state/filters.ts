import { computed, signal } from '@preact/signals';
import type { EntityView, TypeDescription } from '../../contract.ts';
import { coarseNowMs } from '../clock.ts';
import type { Theme } from '../themes.ts';
import { bootstrap, typeOf } from './bootstrap.ts';
import { type Condition, compareConditions, conditionOf } from './condition.ts';
import { entities, revision, worstByEntity } from './store.ts';

/** An entity with what follows from its alerts and its age. */
export interface Situation {
  readonly entity: EntityView;
  readonly type: TypeDescription;
  readonly condition: Condition;
}

/** Themes switched off in the rail. */
export const hiddenThemes = signal<ReadonlySet<Theme>>(new Set());
/** Only this commune; undefined: the whole territory. */
export const communeFilter = signal<string | undefined>(undefined);
/** Only what is in one of these conditions; empty: everything. */
export const conditionFilter = signal<ReadonlySet<Condition>>(new Set());

/** Everything that can be drawn, whatever the filters. */
export const situations = computed((): readonly Situation[] => {
  revision.value; // the map of entities is not a signal itself
  const worst = worstByEntity.value;
  const nowMs = coarseNowMs.value;
  const { silenceFactor } = bootstrap();
  const found: Situation[] = [];
  for (const entity of entities().values()) {
    const type = typeOf(entity.type);
    if (type === undefined) continue;
    found.push({ entity, type, condition: conditionOf(entity, type, worst.get(entity.id), silenceFactor, nowMs) });
  }
  return found;
});

const passesPlaceAndCondition = ({ entity, condition }: Situation): boolean =>
  (communeFilter.value === undefined || entity.commune === communeFilter.value) &&
  (conditionFilter.value.size === 0 || conditionFilter.value.has(condition));

/** What map and list both show. */
export const shown = computed(() =>
  situations.value.filter(
    (situation) => !hiddenThemes.value.has(situation.type.theme) && passesPlaceAndCondition(situation),
  ),
);

export interface ThemeSummary {
  readonly total: number;
  readonly passing: number;
  readonly worst: Condition;
}

/** Per theme: how many there are, how many pass the filters, and the worst among these. */
export const themeSummaries = computed(() => {
  const summaries = new Map<Theme, ThemeSummary>();
  for (const situation of situations.value) {
    const { theme } = situation.type;
    const { total, passing, worst } = summaries.get(theme) ?? { total: 0, passing: 0, worst: 'normal' as Condition };
    const passes = passesPlaceAndCondition(situation);
    const isWorse = passes && compareConditions(situation.condition, worst) < 0;
    summaries.set(theme, {
      total: total + 1,
      passing: passing + (passes ? 1 : 0),
      worst: isWorse ? situation.condition : worst,
    });
  }
  return summaries;
});

const byId = computed(() => new Map(situations.value.map((situation) => [situation.entity.id, situation])));

export const situationOf = (id: string): Situation | undefined => byId.value.get(id);

export const isFiltered = computed(
  () => communeFilter.value !== undefined || conditionFilter.value.size > 0 || hiddenThemes.value.size > 0,
);

export function clearFilters(): void {
  communeFilter.value = undefined;
  conditionFilter.value = new Set();
  hiddenThemes.value = new Set();
}

/** A copy of the set with the item added, or taken out when it was in. */
export function toggled<T>(set: ReadonlySet<T>, item: T): ReadonlySet<T> {
  const copy = new Set(set);
  if (!copy.delete(item)) copy.add(item);
  return copy;
}
