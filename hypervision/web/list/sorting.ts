import { compareConditions } from '../state/condition.ts';
import type { Situation } from '../state/filters.ts';
import { headline, nameOf, typeLabel } from '../text/values.ts';

export const columns = ['condition', 'name', 'theme', 'commune', 'value', 'heard'] as const;
export type Column = (typeof columns)[number];

/** « Bac 2 » before « Bac 10 ». */
const collator = new Intl.Collator('fr', { numeric: true, sensitivity: 'base' });

const byName = (a: Situation, b: Situation): number => collator.compare(nameOf(a.entity), nameOf(b.entity));

/** Ascending order of each column: worst first, A first, most first, latest first. */
const orders: Readonly<Record<Column, (a: Situation, b: Situation) => number>> = {
  condition: (a, b) => compareConditions(a.condition, b.condition),
  name: byName,
  theme: (a, b) => collator.compare(typeLabel(a.type), typeLabel(b.type)),
  commune: (a, b) => collator.compare(a.entity.commune ?? '\uffff', b.entity.commune ?? '\uffff'),
  value: (a, b) => shownNumber(b) - shownNumber(a),
  heard: (a, b) => (b.entity.heardAtMs ?? 0) - (a.entity.heardAtMs ?? 0),
};

/** Values of different kinds are compared as they are read; who has none comes last. */
function shownNumber({ type, entity }: Situation): number {
  const main = headline(type, entity);
  return typeof main?.value === 'number' ? main.value * main.property.display.factor : Number.NEGATIVE_INFINITY;
}

/** @returns a copy in the order of the column; equals by name, so that the order never flickers */
export function sorted(rows: readonly Situation[], column: Column, isDescending: boolean): Situation[] {
  const order = orders[column];
  const sign = isDescending ? -1 : 1;
  return [...rows].sort((a, b) => sign * (order(a, b) || 0) || byName(a, b) || (a.entity.id < b.entity.id ? -1 : 1));
}
