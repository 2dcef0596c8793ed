import { wildcard } from '../access/pattern.ts';
import { aeStem } from '../address.ts';
import type { Cse } from '../interface.ts';
import type { Session } from '../primitive.ts';

/**
 * Whether an authenticated peer may speak for an originator. A session without a pattern comes from a CSE in `open` mode,
 * which believes everybody.
 */
export const covers = ({ originatorPattern }: Session, originator: string): boolean =>
  originator !== '' && (originatorPattern === undefined || wildcard(originatorPattern)(originator));

/** Whether a session ends with this credential. */
export const restsOn = ({ credentialId, certificateCredentialId }: Session, revoked: string): boolean =>
  credentialId === revoked || certificateCredentialId === revoked;

/** An originator of this CSE in its shortest form, the AE-ID-Stem: `/id-in/Clight-1` becomes `Clight-1`. */
export const stemOf = (originator: string, { id, name, spId }: Pick<Cse, 'id' | 'name' | 'spId'>): string =>
  aeStem(originator, { cseId: id, cseName: name, spId });
