import { createHash } from 'node:crypto';
import { decodeJwt, errors, importSPKI, jwtVerify } from 'jose';
import { messageOf, StartupError, type TokenIssuer } from '#platform';
import { aeStem, type Names, readAddress } from '../address.ts';
import type { Json, JsonObject } from '../primitive.ts';
import { badRequest, Refused } from '../refusal.ts';
import { tokenPermissions } from '../resources/complex-types.ts';
import { issuedId } from '../resources/data-type.ts';
import { formsOf, isNamedIn, readOriginators } from './originators.ts';
import { compileRules, type Rule } from './rule.ts';

/** What a token permits, TS-0001 Table 9.6.39-3. */
export interface Permission {
  /** Paths and identifiers of the resources of this CSE it is about; undefined: all. */
  readonly resources?: ReadonlySet<string>;
  readonly rules: readonly Rule[];
  readonly roles: readonly string[];
}

/** A token whose signature, audience and form have been verified. */
export interface Token {
  readonly tokenId: string;
  /** Short identifier by which this CSE knows it (TS-0001 §7.1.16). */
  readonly localId: string;
  readonly holder: string;
  readonly issuer: string;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly permissions: readonly Permission[];
}

interface Issuer {
  readonly algorithm: string;
  readonly key: CryptoKey | Uint8Array;
}

const compactJws = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+$/;
const tokenLengthMax = 64 * 1024;

const refused = (why: string, cause?: unknown): Refused =>
  new Refused('ORIGINATOR_HAS_NO_PRIVILEGE', `tkns: ${why}`, { cause });

/** Local-Token-ID of a token: a digest, so that it needs no counter and is the same on every node. */
export const localIdOf = (text: string): string =>
  `t${createHash('sha256').update(text).digest('base64url').slice(0, 21)}`;

/** Verifies oneM2M JSON Web Tokens (TS-0003 §7.3.2.5, §7.3.2.6) with the keys the configuration has for their issuers. */
export class TokenVerifier {
  readonly #names: Names;
  readonly #issuers: ReadonlyMap<string, Issuer>;

  private constructor(names: Names, issuers: ReadonlyMap<string, Issuer>) {
    this.#names = names;
    this.#issuers = issuers;
  }

  /** @throws StartupError that names the issuer whose key cannot be used */
  static async open(names: Names, configured: readonly TokenIssuer[]): Promise<TokenVerifier> {
    const issuers = new Map<string, Issuer>();
    for (const { issuer, algorithm, key } of configured) {
      try {
        const usable = algorithm.startsWith('HS') ? Buffer.from(key, 'base64url') : await importSPKI(key, algorithm);
        issuers.set(aeStem(issuer, names), { algorithm, key: usable });
      } catch (error) {
        throw new StartupError(
          `cse.tokenIssuers: the key of ${issuer} is no public key for ${algorithm}: ${messageOf(error)}`,
          'Give a PEM public key (-----BEGIN PUBLIC KEY-----) of the kind the algorithm needs.',
        );
      }
    }
    return new TokenVerifier(names, issuers);
  }

  /** Whether somebody may issue tokens, and assign roles. */
  trusts(issuer: string): boolean {
    return this.#issuers.has(aeStem(issuer, this.#names));
  }

  /**
   * Verifies a token; each issuer has one algorithm and one key, whatever the token's header says.
   *
   * @throws Refused BAD_REQUEST when it is not of the form of a signed token, ORIGINATOR_HAS_NO_PRIVILEGE when it is not
   *   valid, or not for this CSE
   */
  async verify(text: string): Promise<Token> {
    if (text.length > tokenLengthMax || !compactJws.test(text)) {
      throw badRequest(
        'tkns: JSON Web Tokens that are signed (compact JWS) are expected; encrypted ones are not supported',
      );
    }
    const claims = await this.#claimsOf(text);
    const { jti = '', iss = '', azp, nbf = 0, exp = 0, aud, tkps } = claims;
    if (issuedId.reject(jti) !== undefined) throw refused(`jti: ${issuedId.expected} is expected, found "${jti}"`);
    if (typeof azp !== 'string') throw refused('azp: the holder is expected');
    const audience = aud === undefined ? undefined : readOriginators([aud].flat(), this.#names);
    const { cseId } = this.#names;
    if (audience !== undefined && !isNamedIn(audience, { originator: cseId, forms: formsOf(cseId, this.#names) })) {
      throw refused(`${jti} is not meant for this CSE (aud)`);
    }
    return {
      tokenId: jti,
      localId: localIdOf(text),
      holder: aeStem(azp, this.#names),
      issuer: iss,
      notBefore: nbf * 1000,
      notAfter: exp * 1000,
      permissions: this.#permissions(tkps as Json | undefined),
    };
  }

  async #claimsOf(text: string): Promise<Awaited<ReturnType<typeof jwtVerify>>['payload']> {
    try {
      const { iss = '' } = decodeJwt(text);
      const issuer = this.#issuers.get(aeStem(iss, this.#names));
      if (issuer === undefined) throw refused(`there is no key for the issuer "${iss}"`);
      const { payload } = await jwtVerify(text, issuer.key, {
        algorithms: [issuer.algorithm],
        typ: 'JWT',
        requiredClaims: ['jti', 'iss', 'azp', 'nbf', 'exp', 'tkvr'],
      });
      return payload;
    } catch (error) {
      if (error instanceof errors.JOSEError || error instanceof TypeError) throw refused(messageOf(error), error);
      throw error;
    }
  }

  #permissions(tkps: Json | undefined): Permission[] {
    if (tkps === undefined) return [];
    const problem = tokenPermissions.reject(tkps);
    if (problem !== undefined) throw refused(`tkps: ${problem}`);
    const { pm = [] } = tkps as { pm?: JsonObject[] };
    return pm.map(({ ris, pv, rids }) => {
      if (pv !== undefined && ris === undefined) throw refused('tkps/pm: privileges name their resources (ris)');
      return {
        ...(Array.isArray(ris) ? { resources: this.#resources(ris.map(String)) } : {}),
        rules: compileRules(pv, this.#names),
        roles: Array.isArray(rids) ? rids.map(String) : [],
      };
    });
  }

  #resources(addresses: readonly string[]): ReadonlySet<string> {
    const local = new Set<string>();
    for (const text of addresses) {
      const address = readAddress(text, this.#names);
      if (address.local && address.below === undefined) local.add(address.value);
    }
    return local;
  }
}

/** Assigned Token Identifiers (`ati`, TS-0004 §6.3.5.43) of tokens that have an identifier; undefined when there are none. */
export function assignmentsOf(tokens: readonly Token[]): JsonObject | undefined {
  const ltia = tokens
    .filter(({ tokenId }) => tokenId !== '')
    .map(({ localId, tokenId }) => ({ lti: localId, tkid: tokenId }));
  return ltia.length === 0 ? undefined : { ltia };
}
