import { operation, type RequestPrimitive, type Session } from '../primitive.ts';
import type { Context } from '../procedures/context.ts';
import { Refused } from '../refusal.ts';
import { peerOf } from '../remote/peer.ts';
import type { Asker } from './access.ts';

const remoteCseType = 16;
const deliveryType = 6;

/** Whether a request registers a CSE: its rights do not follow from policies (TS-0004 §7.4.4.2.1, Recv-6.3). */
export const registersCse = ({ op, ty }: RequestPrimitive): boolean => op === operation.create && ty === remoteCseType;

/**
 * Who may register as a CSE: a CSE that proved who it is.
 * @throws Refused OPERATION_NOT_ALLOWED for an AE, SECURITY_ASSOCIATION_REQUIRED without a valid credential
 */
export function checkCseRegistration({ names }: Context, { originator }: Asker, session: Session): void {
  if (originator === names.cseId) return;
  if (!/^\/[^/]+$/.test(originator)) {
    throw new Refused('OPERATION_NOT_ALLOWED', `fr: only a CSE can register as one, ${originator} is an AE`);
  }
  if (peerOf(session) !== originator) {
    throw new Refused(
      'SECURITY_ASSOCIATION_REQUIRED',
      `fr: ${originator} has to show a credential that is for it alone`,
    );
  }
}

/** Whether a request hands over requests to be delivered. */
export const handsOver = ({ op, ty }: RequestPrimitive): boolean => op === operation.create && ty === deliveryType;

/**
 * Who may hand over requests to be delivered: this CSE itself, its registrar, and the CSEs that registered here (TS-0001
 * §9.6.11).
 *
 * @throws Refused OPERATION_NOT_ALLOWED for an AE (TS-0004 §7.4.11.2.1), ORIGINATOR_HAS_NO_PRIVILEGE for other CSEs
 */
export async function checkHandOver(
  { names, remote }: Context,
  { originator }: Asker,
  session: Session,
): Promise<void> {
  if (originator === names.cseId) return;
  if (!/^\/[^/]+$/.test(originator)) {
    throw new Refused('OPERATION_NOT_ALLOWED', `ty: a <delivery> is made by a CSE only, ${originator} is an AE`);
  }
  if (peerOf(session) !== originator || (await remote.directory.of(originator)) === undefined) {
    throw new Refused('ORIGINATOR_HAS_NO_PRIVILEGE', `${originator} is no neighbour of this CSE`);
  }
}
