import type { Json } from '../primitive.ts';
import { badRequest } from '../refusal.ts';

const registered = /^[Rr][^.]+\.[^.].*$/s;
/** Releases in which a registered App-ID may begin with a small letter (TS-0001 Table 7.2-1). */
const lenient: ReadonlySet<string | undefined> = new Set([undefined, '1', '2', '2a', '3']);

/**
 * Checks the App-ID of a registration: `N…` is not registered, `R<authority>.<reverse domain>.<name>` is; `r` for `R` up to
 * release 3 (TS-0001 §7.1.3, Table 7.2-1; TS-0004 §7.4.5.2.1).
 */
export function checkAppId(api: Json | undefined, release: string | undefined): void {
  if (typeof api === 'string' && /^N.+$/s.test(api)) return;
  if (typeof api === 'string' && registered.test(api) && (api.startsWith('R') || lenient.has(release))) return;
  throw badRequest(`api (App-ID): "N…" or "R<authority>.<domain>.<name>" is expected, found ${JSON.stringify(api)}`);
}
