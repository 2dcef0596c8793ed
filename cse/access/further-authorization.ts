import { LRUCache } from 'lru-cache';
import type { JsonObject } from '../primitive.ts';
import { definitionFor } from '../resources/index.ts';
import type { Resource } from '../store/resource.ts';
import type { Store } from '../store/store.ts';
import { type Access, everything, type Grant } from './access.ts';
import type { Asker } from './asker.ts';
import type { Attempt } from './attempt.ts';
import type { Consultation } from './consultation.ts';
import { type Delegation, delegates } from './delegation.ts';
import type { Referenced } from './referenced.ts';
import { assignmentsOf, type Token } from './token.ts';

const consultationType = 34;
const heldMax = 10_000;
const heldPerOriginatorMax = 100;
const refusedMax = 10_000;
/** How long a refusal stands before somebody is asked again. */
const refusedMs = 2_000;

interface Parts {
  readonly store: Store;
  readonly access: Access;
  readonly referenced: Referenced;
  readonly consultation: Consultation;
  readonly delegation: Delegation;
  /** Time for all that is asked about one request, milliseconds. */
  readonly timeMsMax: number;
  readonly underWayMax: number;
}

/** Who can be asked about a resource. */
interface Advisers {
  /** Enabled <dynamicAuthorizationConsultation> resources. */
  readonly consultations: readonly Resource[];
  /** Policies that leave decisions to others. */
  readonly policies: readonly Resource[];
}

/**
 * What comes after the policies of a resource have refused (TS-0004 §7.3.3.15): dynamic authorization, then distributed
 * authorization. Whoever does not answer in time has refused.
 */
export class FurtherAuthorization {
  readonly #parts: Parts;
  /** What was granted for a while, by originator. */
  readonly #held = new LRUCache<string, readonly Token[]>({ max: heldMax });
  readonly #refused = new LRUCache<string, true>({ max: refusedMax, ttl: refusedMs });
  readonly #underWay = new Map<string, Promise<Grant | undefined>>();
  /** Identifiers of tokens that were issued while a request was carried out. */
  readonly #issued = new WeakMap<Asker, JsonObject>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** What an originator was granted earlier, and still has. */
  heldBy(originator: string): readonly Token[] {
    const held = this.#held.get(originator);
    if (held === undefined) return [];
    const now = Date.now();
    const valid = held.filter(({ notAfter }) => notAfter > now);
    if (valid.length === 0) this.#held.delete(originator);
    return valid;
  }

  /** Assigned Token Identifiers for the answer to somebody's request, if tokens were issued for it. */
  issuedTo(asker: Asker): JsonObject | undefined {
    return this.#issued.get(asker);
  }

  /** Asks whoever may still grant what the policies do not. @returns undefined when nobody does */
  async seek(attempt: Attempt): Promise<Grant | undefined> {
    const advisers = await this.#advisersOf(attempt.resource);
    if (advisers.consultations.length === 0 && advisers.policies.length === 0) return undefined;
    const { asker, asked, resource, childType, request } = attempt;
    const { rids, tids, tkns } = request;
    const key = JSON.stringify([asker.originator, asked, resource.ri, childType, rids, tids, tkns]);
    if (this.#refused.has(key)) return undefined;
    let answer = this.#underWay.get(key);
    if (answer === undefined) {
      if (this.#underWay.size >= this.#parts.underWayMax) return undefined;
      answer = this.#askInTime(attempt, advisers).finally(() => this.#underWay.delete(key));
      this.#underWay.set(key, answer);
    }
    const grant = await answer;
    if (grant === undefined) this.#refused.set(key, true);
    return grant;
  }

  /** Token Request Information (`tqf`, TS-0004 §6.3.5.45); undefined when nobody issues tokens for the resource. */
  async tokenRequest(attempt: Attempt): Promise<JsonObject | undefined> {
    const { consultations } = await this.#advisersOf(attempt.resource);
    const dasi = consultations.flatMap((consulted) => {
      const [uri] = Array.isArray(consulted.attributes.dap) ? consulted.attributes.dap : [];
      return uri === undefined ? [] : [{ uri, dreq: this.#parts.consultation.request(attempt, consulted) }];
    });
    return dasi.length === 0 ? undefined : { dasi };
  }

  #askInTime(attempt: Attempt, advisers: Advisers): Promise<Grant | undefined> {
    const signal = AbortSignal.timeout(this.#parts.timeMsMax);
    const late = new Promise<undefined>((resolve) => {
      signal.addEventListener('abort', () => resolve(undefined));
    });
    return Promise.race([this.#ask(attempt, advisers, signal), late]);
  }

  async #ask(attempt: Attempt, { consultations, policies }: Advisers, signal: AbortSignal): Promise<Grant | undefined> {
    const { consultation, delegation } = this.#parts;
    for (const consulted of consultations) {
      const tokens = await consultation.ask(attempt, consulted, signal);
      // Too late: the request has been refused.
      if (signal.aborted) return undefined;
      this.#hold(attempt.asker, tokens);
      const grant = await this.#grantWith(attempt, tokens);
      if (grant !== undefined) return grant;
    }
    for (const policy of policies) {
      if (await delegation.permits(attempt, policy)) return everything;
      const retrieved = await delegation.retrieved(attempt, policy);
      const grant = retrieved === undefined ? undefined : await this.#grantWith(attempt, [retrieved]);
      if (grant !== undefined) return grant;
    }
    return undefined;
  }

  #grantWith(
    { asker, asked, resource, childType }: Attempt,
    tokens: readonly Token[],
  ): Grant | undefined | Promise<Grant | undefined> {
    if (tokens.length === 0) return undefined;
    const { roles = new Set<string>(), tokens: shown = [] } = asker.claims ?? {};
    const claims = { roles, tokens: [...shown, ...tokens] };
    return this.#parts.access.grant({ ...asker, claims }, asked, resource, childType);
  }

  #hold(asker: Asker, tokens: readonly Token[]): void {
    const now = Date.now();
    const lasting = tokens.filter(({ notAfter }) => notAfter > now);
    if (lasting.length === 0) return;
    const held = [...this.heldBy(asker.originator), ...lasting];
    this.#held.set(asker.originator, held.slice(-heldPerOriginatorMax));
    const issued = assignmentsOf(tokens);
    if (issued !== undefined) this.#issued.set(asker, issued);
  }

  async #advisersOf(resource: Resource): Promise<Advisers> {
    const { access } = this.#parts;
    const policies = (await access.policiesOf(resource)).filter(delegates);
    return { consultations: await this.#consultationsOf(resource), policies };
  }

  /** Those the resource names, or else the nearest of its ancestors that names any that exist (TS-0001 §9.6.1.3.2). */
  async #consultationsOf(resource: Resource): Promise<readonly Resource[]> {
    const { store } = this.#parts;
    for (const governed of [resource, ...(await store.ancestors(resource))]) {
      const { daci } = governed.attributes;
      if (!Array.isArray(daci) || definitionFor(governed)?.attributes.daci === undefined) continue;
      const found: Resource[] = [];
      for (const reference of daci) {
        const consulted = await this.#consultationAt(String(reference));
        if (consulted !== undefined) found.push(consulted);
      }
      if (found.length > 0) return found.filter(({ attributes }) => attributes.dae === true);
    }
    return [];
  }

  async #consultationAt(reference: string): Promise<Resource | undefined> {
    const { referenced } = this.#parts;
    if (referenced.find(reference) === undefined) await referenced.load(reference);
    const found = referenced.find(reference);
    return found?.ty === consultationType ? found : undefined;
  }
}
