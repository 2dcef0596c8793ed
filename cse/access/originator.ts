import { aeStem, cseOf } from '../address.ts';
import { operation, type RequestPrimitive, type Session } from '../primitive.ts';
import type { Context } from '../procedures/context.ts';
import { badRequest, Refused } from '../refusal.ts';
import { peerOf } from '../remote/peer.ts';
import type { Asker } from './access.ts';
import { wildcard } from './pattern.ts';
import { registersCse } from './registration.ts';

const aeType = 2;
/** A CSE, or an AE of one: `/id-mn`, `/id-mn/Cae`, `//other.example/id/Cae`. */
const elsewhere = /^(?:\/\/[a-z0-9.-]+)?\/[A-Za-z0-9._~-]+(?:\/[CS][A-Za-z0-9._~-]*)?$/;
const stem = /^[CS][A-Za-z0-9._~-]*$/;
const originatorLengthMax = 128;

/**
 * Establishes who a request comes from, and that the session may speak for it (TS-0004 §7.3.2.1).
 *
 * @throws Refused BAD_REQUEST for a missing or malformed `fr`; ORIGINATOR_NOT_AUTHENTICATED when the credential is
 *   another's or missing, or nobody of that name is registered; SECURITY_ASSOCIATION_REQUIRED for a CSE without one
 */
export async function establishOriginator(
  context: Context,
  request: RequestPrimitive,
  session: Session,
): Promise<Asker> {
  const { names, admin, security, store } = context;
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
  const isRemote = originator.startsWith('/');
  const peer = peerOf(session);
  if (isRemote ? !elsewhere.test(originator) : !stem.test(originator) || (fr !== originator && peer === undefined)) {
    throw badRequest(`fr: an AE-ID-Stem ("C…" or "S…") or a CSE-ID ("/…") is expected, found "${fr}"`);
  }
  const refuse = (why: string): Refused =>
    registersCse(request) && isRemote
      ? new Refused('SECURITY_ASSOCIATION_REQUIRED', `fr: ${why}`)
      : notAuthenticated(why);
  if (peer !== undefined) {
    if (await fromPeer(context, peer, originator)) {
      const registration = isRemote ? await context.remote.directory.of(originator) : undefined;
      return {
        originator,
        // That a CSE passes a request on does not prove who made it (TS-0003 §7.1.2).
        authenticated: originator === peer,
        registered: registration !== undefined,
        remoteAddress,
        ...(originator === peer && registration !== undefined ? { registration } : {}),
      };
    }
    throw refuse(`the credential of ${peer} does not speak for ${originator}`);
  }
  if (isRemote && session.originatorPattern === undefined) {
    throw new Refused('SECURITY_ASSOCIATION_REQUIRED', `${originator}: a CSE has to prove who it is`);
  }
  if (security === 'token') {
    if (session.originatorPattern === undefined)
      throw notAuthenticated(`no valid credential was shown for ${originator}`);
    // A bare `C` or `S` asks for an identifier, which registration draws from the credential's own pattern.
    const asksForId = registration && (originator === 'C' || originator === 'S');
    if (!asksForId && !wildcard(session.originatorPattern)(originator)) {
      throw refuse(`the credential does not speak for ${originator}`);
    }
    const registered = await isRegistered(originator);
    return { originator, authenticated: true, registered, remoteAddress };
  }
  const registered = originator === admin || (await isRegistered(originator));
  if (!registered && !registration) throw notAuthenticated(`${originator} is not registered here`);
  return { originator, authenticated: false, registered, remoteAddress };

  async function isRegistered(id: string): Promise<boolean> {
    return (await store.byRi(id))?.ty === aeType;
  }
}

/** A CSE speaks for itself, for its AEs, and for what is behind it; not for AEs of this CSE (TS-0004 §7.3.2.1). */
async function fromPeer({ names, remote, store }: Context, peer: string, originator: string): Promise<boolean> {
  if (!originator.startsWith('/')) {
    // AE-IDs that the service provider gives (`S…`) do not say which CSE their AE is registered with.
    return originator.startsWith('S') && (await store.byRi(originator))?.ty !== aeType;
  }
  const cse = cseOf(originator) ?? originator;
  if (!cse.startsWith('//')) return remote.directory.speaksFor(peer, cse);
  // CSEs of another service provider are behind the one that registered for it, or come from the registrar.
  const provider = cse.slice(0, cse.indexOf('/', 2));
  if (provider === names.spId) return false;
  const gateway = await remote.directory.ofProvider(provider);
  return gateway?.attributes.csi === peer || remote.directory.registrar === peer;
}

const notAuthenticated = (message: string): Refused => new Refused('ORIGINATOR_NOT_AUTHENTICATED', message);
