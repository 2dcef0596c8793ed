import { isIP } from 'node:net';
import type { Names } from '../address.ts';
import type { Targets } from '../notifications/targets.ts';
import type { Json, JsonObject } from '../primitive.ts';
import { privileges } from '../resources/complex-types.ts';
import type { Resource } from '../store/resource.ts';
import { fromAbsoluteOrRelative, toTimestamp } from '../timestamp.ts';
import type { Attempt } from './attempt.ts';
import type { ClaimsVerifier } from './claims.ts';
import { formsOf } from './originators.ts';
import { compileRules } from './rule.ts';
import type { Token } from './token.ts';

/** `securityInfoType`: Dynamic Authorization Request and Response (TS-0004 §6.3.5.48). */
const requestType = 1;
const responseType = 2;
const ok = 2000;

/** Direct dynamic authorization: asks the servers that <dynamicAuthorizationConsultation> resources name (TS-0004 §7.5.1.2.10). */
export class Consultation {
  readonly #names: Names;
  readonly #targets: Targets;
  readonly #claims: ClaimsVerifier;

  constructor(options: { readonly names: Names; readonly targets: Targets; readonly claims: ClaimsVerifier }) {
    this.#names = options.names;
    this.#targets = options.targets;
    this.#claims = options.claims;
  }

  /** What a server is told about a request (`dreq`, TS-0004 §6.3.5.46). */
  request(attempt: Attempt, { attributes: { dal } }: Resource): JsonObject {
    const { asker, request, resource, rolesThatWouldDo } = attempt;
    const { remoteAddress = '', claims } = asker;
    const version = isIP(remoteAddress);
    const roles = [...(claims?.roles ?? [])];
    const tokenIds = claims?.tokens.map(({ tokenId }) => tokenId) ?? [];
    return {
      or: formsOf(asker.originator, this.#names).absolute,
      trt: resource.ty,
      op: request.op,
      ...(version === 0 ? {} : { oip: version === 4 ? { ip4: remoteAddress } : { ip6: remoteAddress } }),
      ...(roles.length === 0 ? {} : { orid: roles }),
      rts: toTimestamp(Date.now()),
      trid: `${this.#names.cseId}/${resource.ri}`,
      ...(typeof dal === 'string' ? { ppl: dal } : {}),
      ...(rolesThatWouldDo.length === 0 ? {} : { rfa: [...rolesThatWouldDo] }),
      ...(tokenIds.length === 0 ? {} : { tids: tokenIds }),
    };
  }

  /**
   * Asks one server, at the first of its addresses that answers.
   * @returns what it grants for as long as it says; nothing when it does not answer, or not as it should
   */
  async ask(attempt: Attempt, consulted: Resource, signal: AbortSignal): Promise<Token[]> {
    const { dap } = consulted.attributes;
    const content = { 'm2m:seci': { sit: requestType, dreq: this.request(attempt, consulted) } };
    for (const address of Array.isArray(dap) ? dap : []) {
      try {
        const { rsc, pc } = await this.#targets.send(String(address), content, signal);
        return rsc === ok ? await this.#read(attempt, pc?.['m2m:seci']) : [];
      } catch {
        if (signal.aborted) return [];
      }
    }
    return [];
  }

  async #read({ asker: { originator }, resource }: Attempt, answer: Json | undefined): Promise<Token[]> {
    if (!isObject(answer) || answer.sit !== responseType || !isObject(answer.dres)) return [];
    const { dai, tkns } = answer.dres;
    const granted = isObject(dai) ? this.#dynamicPolicy(originator, resource, dai) : undefined;
    const tokens = granted === undefined ? [] : [granted];
    for (const text of Array.isArray(tkns) ? tkns : []) {
      const token = await this.#claims.verified(String(text)).catch(() => undefined);
      if (token?.holder === originator) tokens.push(token);
    }
    return tokens;
  }

  /** Privileges for the resource, with their lifetime; without one they hold for this request only. */
  #dynamicPolicy(originator: string, { ri, path }: Resource, { gp, pl }: JsonObject): Token | undefined {
    if (gp === undefined || privileges.reject(gp) !== undefined) return undefined;
    const now = Date.now();
    const notAfter = typeof pl === 'string' ? fromAbsoluteOrRelative(pl, now) : now;
    if (notAfter === undefined || notAfter < now) return undefined;
    return {
      tokenId: '',
      localId: '',
      holder: originator,
      issuer: '',
      notBefore: now,
      notAfter,
      permissions: [{ resources: new Set([ri, path]), rules: compileRules(gp, this.#names), roles: [] }],
    };
  }
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
