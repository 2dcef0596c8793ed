import { ClientSaturated, CseBusy, CseRefusal, CseUnreachable } from '#cse/client';

/**
 * Whether waiting may help. A credential that is refused (4103, 4106, 4107) is mended by an administrator, not by
 * throwing readings away; everything else the CSE says about a request stays true however often it is repeated.
 */
export function isPassing(error: unknown): boolean {
  if (error instanceof CseUnreachable || error instanceof CseBusy || error instanceof ClientSaturated) return true;
  return (
    error instanceof CseRefusal && ((error.rsc >= 5000 && error.rsc < 5100) || [4103, 4106, 4107].includes(error.rsc))
  );
}
