import { aeStem, type Names } from '../address.ts';
import { segmentWildcard } from './pattern.ts';

/** How one originator is written, TS-0001 §7.2: an AE of this CSE has all three forms, one of another provider one. */
export interface OriginatorForms {
  /** `Cae` */
  readonly stem?: string;
  /** `/id-in/Cae`, `/Sae`, `/id-mn` */
  readonly spRelative?: string;
  /** `//alzette.example/id-in/Cae` */
  readonly absolute: string;
}

/** @param originator in the shortest form that this CSE understands (`aeStem`) */
export function formsOf(originator: string, { cseId, spId }: Names): OriginatorForms {
  if (originator.startsWith('//')) return { absolute: originator };
  if (originator.startsWith('/')) return { spRelative: originator, absolute: `${spId}${originator}` };
  const spRelative = originator.startsWith('S') ? `/${originator}` : `${cseId}/${originator}`;
  return { stem: originator, spRelative, absolute: `${spId}${spRelative}` };
}

interface Pattern {
  readonly form: keyof OriginatorForms;
  readonly matches: (text: string) => boolean;
}

/** Entries of `acor`, told apart (TS-0001 §9.6.2.1, TS-0003 §7.1.3). */
export interface Originators {
  readonly all: boolean;
  /** AE-IDs and CSE-IDs, in their shortest form. */
  readonly exact: ReadonlySet<string>;
  /** AE-IDs and CSE-IDs with wildcards, and domains. */
  readonly patterns: readonly Pattern[];
  /** Role-IDs. */
  readonly roles: readonly string[];
  /** Addresses of groups. */
  readonly groups: readonly string[];
}

const roleId = /^[A-Za-z0-9._-]+@[a-z0-9.-]+$/;

/** Tells the kinds of entries of `acor` apart. */
export function readOriginators(entries: readonly string[], names: Names): Originators {
  const exact = new Set<string>();
  const patterns: Pattern[] = [];
  const roles: string[] = [];
  const groups: string[] = [];
  for (const entry of entries) {
    if (entry === 'all') continue;
    if (roleId.test(entry)) roles.push(entry);
    else if (/^\/\/[^/]+$/.test(entry)) {
      // A service provider's domain stands for everyone in it.
      patterns.push({ form: 'absolute', matches: segmentWildcard(entry, true) });
    } else if (!isOriginatorId(aeStem(entry, names), names)) groups.push(entry);
    else if (entry.includes('*')) patterns.push({ form: formOf(entry), matches: segmentWildcard(entry) });
    else exact.add(aeStem(entry, names));
  }
  return { all: entries.includes('all'), exact, patterns, roles, groups };
}

/** `/id-mn`, `/Sae`, `/id-mn/Cae`, `Cae`, `C*`; anything else is the address of a resource. */
function isOriginatorId(id: string, { cseName }: Names): boolean {
  const absolute = id.startsWith('//');
  const segments = id.split('/').slice(absolute ? 3 : id.startsWith('/') ? 1 : 0);
  const [first = '', second = '', ...more] = segments;
  if (more.length > 0) return false;
  if (!id.startsWith('/')) return segments.length === 1 && /^[CS*]/.test(first) && first !== cseName;
  return segments.length === 1 || /^[CS*]/.test(second);
}

const formOf = (entry: string): keyof OriginatorForms =>
  entry.startsWith('//') ? 'absolute' : entry.startsWith('/') ? 'spRelative' : 'stem';

/** Whether entries name an originator by its identifier; roles and groups are for whoever knows about them. */
export const isNamedIn = (
  { all, exact, patterns }: Originators,
  who: { readonly originator: string; readonly forms: OriginatorForms },
): boolean =>
  all ||
  exact.has(who.originator) ||
  patterns.some(({ form, matches }) => {
    const text = who.forms[form];
    return text !== undefined && text !== '' && matches(text);
  });
