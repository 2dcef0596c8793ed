import type { Session } from '../primitive.ts';

/**
 * Whether a credential covers an originator. In a pattern `*` stands for any characters, as in `Clight-*`.
 * A session without a pattern proved nothing.
 */
export function covers(session: Session, originator: string): boolean {
  const pattern = session.originatorPattern;
  if (pattern === undefined || originator === '') return false;
  const parts = pattern.split('*');
  const [first = '', ...rest] = parts;
  if (rest.length === 0) return originator === pattern;
  if (!originator.startsWith(first)) return false;
  const last = rest.pop() ?? '';
  let at = first.length;
  for (const part of rest) {
    const found = originator.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return originator.length - last.length >= at && originator.endsWith(last);
}

/** An originator of this CSE in its shortest form, the AE-ID-Stem: `/id-in/Clight-1` becomes `Clight-1`. */
export function stemOf(originator: string, cse: { readonly id: string; readonly spId: string }): string {
  const relative = originator.startsWith(`${cse.spId}/`) ? originator.slice(cse.spId.length) : originator;
  return relative.startsWith(`${cse.id}/`) ? relative.slice(cse.id.length + 1) : relative;
}
