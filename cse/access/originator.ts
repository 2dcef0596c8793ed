import { aeStem } from '../address.ts';
import { operation, type RequestPrimitive, type Session } from '../primitive.ts';
import type { Context } from '../procedures/context.ts';
import { badRequest, Refused } from '../refusal.ts';
import type { Asker } from './access.ts';
import { wildcard } from './rule.ts';

const aeType = 2;
const stem = /^[CS][A-Za-z0-9._~-]*$/;
const originatorLengthMax = 128;

/**
 * Establishes who a request comes from, and that the session may speak for it (TS-0004 §7.3.2.1).
 *
 * @throws Refused BAD_REQUEST for a missing or malformed `fr`; ORIGINATOR_NOT_AUTHENTICATED when the credential is
 *   another's or missing, or nobody of that name is registered; SECURITY_ASSOCIATION_REQUIRED for a CSE without one
 */
export async function establishOriginator(
  { names, admin, security, store }: Context,
  request: RequestPrimitive,
  session: Session,
): Promise<Asker> {
  const { remoteAddress } = session;
  const registration = request.op === operation.create && request.ty === aeType;
  const { fr = '' } = request;
  if (fr === '') {
    if (!registration)
      throw badRequest('fr: the originator is expected, there is none; only the CREATE of an <AE> may omit it');
    if (security === 'token' && session.originatorPattern === undefined)
      throw notAuthenticated('no credential was shown');
    return { originator: '', authenticated: security === 'token', registered: false, remoteAddress };
  }
  if (fr.length > originatorLengthMax) throw badRequest(`fr: at most ${originatorLengthMax} characters are accepted`);
  const originator = aeStem(fr, names);
  const isCse = originator.startsWith('/');
  if (!isCse && (fr !== originator || !stem.test(fr))) {
    throw badRequest(`fr: an AE is expected to use its AE-ID-Stem ("C…" or "S…"), found "${fr}"`);
  }
  if (security === 'token') {
    if (session.originatorPattern === undefined)
      throw notAuthenticated(`no valid credential was shown for ${originator}`);
    // A bare `C` or `S` asks for an identifier, which registration draws from the credential's own pattern.
    const asksForId = registration && (originator === 'C' || originator === 'S');
    if (!asksForId && !wildcard(session.originatorPattern)(originator)) {
      throw notAuthenticated(`the credential does not speak for ${originator}`);
    }
    const registered = await isRegistered(originator);
    return { originator, authenticated: true, registered, remoteAddress };
  }
  if (isCse) throw new Refused('SECURITY_ASSOCIATION_REQUIRED', `${originator}: a CSE has to prove who it is`);
  const registered = originator === admin || (await isRegistered(originator));
  if (!registered && !registration) throw notAuthenticated(`${originator} is not registered here`);
  return { originator, authenticated: false, registered, remoteAddress };

  async function isRegistered(id: string): Promise<boolean> {
    return (await store.byRi(id))?.ty === aeType;
  }
}

const notAuthenticated = (message: string): Refused => new Refused('ORIGINATOR_NOT_AUTHENTICATED', message);
