import type { LocalizedText } from '#ontologies';

const depthMax = 32;

/** What PostgreSQL cannot hold in jsonb, with its place. */
export interface Unstorable {
  /** JSON pointer. */
  readonly path: string;
  readonly reason: LocalizedText;
}

/** Finds a text with U+0000 or half a surrogate pair, or a nesting too deep; valid JSON may have any of them. */
export function findUnstorable(value: unknown, path = '', depth = 0): Unstorable | undefined {
  if (typeof value === 'string') return isStorable(value) ? undefined : { path, reason: badText };
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth >= depthMax) {
    return {
      path,
      reason: { fr: `plus de ${depthMax} niveaux imbriqués`, en: `more than ${depthMax} nested levels` },
    };
  }
  for (const [name, child] of Object.entries(value)) {
    const inside = `${path}/${name.slice(0, 80)}`;
    const found = isStorable(name) ? findUnstorable(child, inside, depth + 1) : { path: inside, reason: badText };
    if (found !== undefined) return found;
  }
  return undefined;
}

const isStorable = (text: string): boolean => !text.includes('\u0000') && text.isWellFormed();

const badText: LocalizedText = {
  fr: 'un texte contient un caractère nul ou un caractère Unicode incomplet',
  en: 'a text contains a null character or half a Unicode character',
};
