import type { RemoteAddress } from '../address.ts';
import type { Context } from '../procedures/context.ts';
import { Refused } from '../refusal.ts';
import { inactive } from '../registration/enrolment.ts';

const aeType = 2;
const aeAnnouncedType = 10_002;

/**
 * Where an AE is whose identifier the service provider gave (`/Sae`): such an identifier does not name its CSE. The AE's
 * registrar has the <AE>, the IN-CSE an <AEAnnc> that leads to it (TS-0001 §7.2, §10.2.2.2).
 *
 * @returns address of the AE; undefined when the address is a CSE's, or nothing is known of it here
 * @throws Refused TARGET_NOT_REACHABLE while the AE is registered nowhere
 */
export async function placeOfProviderId(
  { store, remote }: Context,
  to: string,
  { cseId, spId }: RemoteAddress,
): Promise<string | undefined> {
  if (spId !== undefined || !/^\/S/.test(cseId) || (await remote.directory.towards(cseId)) !== undefined)
    return undefined;
  const stem = cseId.slice(1);
  const found = await store.byRi(stem);
  const rest = to.slice(to.indexOf(cseId) + cseId.length);
  if (found?.ty === aeType) return `${stem}${rest}`;
  const { lnk } = found?.attributes ?? {};
  if (found?.ty !== aeAnnouncedType || typeof lnk !== 'string') return undefined;
  if (lnk === inactive) throw new Refused('TARGET_NOT_REACHABLE', `to: ${stem} is not registered at present`);
  return `${lnk}${rest}`;
}
