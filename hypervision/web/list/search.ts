import type { Situation } from '../state/filters.ts';
import { nameOf } from '../text/values.ts';

/** Accents and case do not matter to who searches: « rédange » is found by "redange". */
export const plain = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase();

/** Entities whose name, identifier, kind or commune hold every word; those whose name starts with the query first. */
export function search(
  situations: readonly Situation[],
  query: string,
  label: (situation: Situation) => string,
): readonly Situation[] {
  const words = plain(query).split(/\s+/).filter(Boolean);
  if (words.length === 0) return situations;
  const found = situations.filter(({ entity, type, condition }) => {
    const text = plain(`${nameOf(entity)} ${entity.id} ${entity.commune ?? ''} ${label({ entity, type, condition })}`);
    return words.every((word) => text.includes(word));
  });
  const start = plain(query);
  const startsWith = ({ entity }: Situation): number => (plain(nameOf(entity)).startsWith(start) ? 0 : 1);
  return found.sort((a, b) => startsWith(a) - startsWith(b));
}
