import { badRequest } from '../refusal.ts';

const comparisons: Readonly<Record<string, string>> = { EQ: '==', NE: '!=', GT: '>', LT: '<', GE: '>=', LE: '<=' };
const ordering = new Set(['GT', 'LT', 'GE', 'LE']);
const termsMax = 32;

/** A word, or a text in quotes; `$."a b"[0].c` is one word. */
const token = /\s*((?:[^\s"]|"(?:[^"\\]|\\.)*")+)/y;
const target = /^\$(?:\.(?:[A-Za-z_][\w-]*|"(?:[^"\\]|\\.)*")|\[\d{1,6}\])*$/;

/**
 * Translates a query over JSON content into an SQL/JSON path predicate: `$.t GT 20 AND $.unit EQ "C"` becomes
 * `$."t" > 20 && $."unit" == "C"` (TS-0001 Annex J.2).
 *
 * @throws Refused BAD_REQUEST that says where it stops being one
 */
export function readContentQuery(query: string): string {
  const words = wordsOf(query);
  const parts: string[] = [];
  for (let at = 0; ; at += 4) {
    if (parts.length > 2 * termsMax) throw badRequest(`cfq: at most ${termsMax} comparisons are accepted`);
    parts.push(comparison(words[at], words[at + 1], words[at + 2]));
    const joint = words[at + 3];
    if (joint === undefined) return parts.join(' ');
    if (joint !== 'AND' && joint !== 'OR') throw badRequest(`cfq: AND or OR is expected, found "${joint}"`);
    parts.push(joint === 'AND' ? '&&' : '||');
  }
}

function wordsOf(query: string): string[] {
  const words: string[] = [];
  for (token.lastIndex = 0; token.lastIndex < query.trimEnd().length; ) {
    const at = token.lastIndex;
    const word = token.exec(query)?.[1];
    if (word === undefined)
      throw badRequest(`cfq: a word or a text in quotes is expected at "${query.slice(at, at + 20)}"`);
    words.push(word);
  }
  return words;
}

function comparison(path: string | undefined, keyword: string | undefined, value: string | undefined): string {
  if (path === undefined || !target.test(path))
    throw badRequest(`cfq: a path such as $.a.b[0] is expected, found "${path ?? ''}"`);
  // Quoted, so that no name is taken for a keyword of SQL/JSON paths.
  const quoted = path.replace(/\.([A-Za-z_][\w-]*)/g, '."$1"');
  const literal = readLiteral(value);
  if (keyword === 'MATCH') {
    if (typeof literal !== 'string')
      throw badRequest(`cfq: MATCH compares with a text in quotes, found ${value ?? 'nothing'}`);
    return `${quoted} like_regex ${JSON.stringify(literal)} flag "q"`;
  }
  const operator = comparisons[keyword ?? ''];
  if (operator === undefined)
    throw badRequest(`cfq: EQ, NE, GT, LT, GE, LE or MATCH is expected, found "${keyword ?? ''}"`);
  if (ordering.has(keyword ?? '') && typeof literal !== 'number')
    throw badRequest(`cfq: ${keyword} compares with a number, found ${value ?? 'nothing'}`);
  return `${quoted} ${operator} ${JSON.stringify(literal)}`;
}

/** A number or a text; a text may do without quotes when it is one word. */
function readLiteral(value: string | undefined): string | number {
  if (value === undefined || value === '')
    throw badRequest('cfq: a number or a text is expected behind the comparison');
  if (/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(value)) return Number(value);
  if (!value.startsWith('"')) return value;
  try {
    return String(JSON.parse(value));
  } catch {
    throw badRequest(`cfq: ${value} is not a text in quotes`);
  }
}
