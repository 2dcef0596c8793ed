import { randomUUID } from 'node:crypto';
import { isIP } from 'node:net';
import { aeStem, type Names } from '../address.ts';
import { type Json, type JsonObject, operation } from '../primitive.ts';
import { setOfPermissions } from '../resources/complex-types.ts';
import { acpCombiningAlgorithm, authorizationStatus, decision } from '../resources/enumerations.ts';
import type { Resource } from '../store/resource.ts';
import { fromTimestamp, toTimestamp } from '../timestamp.ts';
import type { Attempt } from './attempt.ts';
import { formsOf } from './originators.ts';
import type { Perform } from './referenced.ts';
import { compileRules, rulesIn } from './rule.ts';
import type { Token } from './token.ts';

const updated = 2004;

/**
 * Distributed authorization, from the side that asks: policies without rules of their own name who decides (`adri`), or who
 * has the rules (`apri`) and the roles (`airi`) (TS-0001 §9.6.2, TS-0003 §7.5).
 */
export class Delegation {
  readonly #names: Names;
  readonly #perform: Perform;

  constructor(options: { readonly names: Names; readonly perform: Perform }) {
    this.#names = options.names;
    this.#perform = options.perform;
  }

  /** Whether one of the decision points permits; the first that has something to say decides (TS-0003 §7.5.2). */
  async permits(attempt: Attempt, { attributes: { adri } }: Resource): Promise<boolean> {
    const asked = this.#decisionRequest(attempt);
    for (const address of Array.isArray(adri) ? adri : []) {
      const { dec, sus } = (await this.#ask(String(address), 'm2m:auds', asked)) ?? {};
      if (sus === authorizationStatus.of.notApplicable) continue;
      return sus === authorizationStatus.of.ok && dec === decision.of.permit;
    }
    return false;
  }

  /** Rules that policy retrieval points have for the resource, with roles from information points (TS-0003 §7.5.3, §7.5.4). */
  async retrieved(attempt: Attempt, { attributes: { apri, airi } }: Resource): Promise<Token | undefined> {
    const { resource, asker } = attempt;
    for (const address of Array.isArray(apri) ? apri : []) {
      const answer = await this.#ask(String(address), 'm2m:aupy', { to: this.#addressOf(resource) });
      if (answer?.sus === authorizationStatus.of.notApplicable) continue;
      if (answer?.sus !== authorizationStatus.of.ok || setOfPermissions.reject(answer.ps) !== undefined)
        return undefined;
      if (answer.ca !== undefined && answer.ca !== acpCombiningAlgorithm.of.permitOverrides) return undefined;
      const { pv = [] } = answer.ps as { pv?: Json[] };
      const rules = pv.flatMap((set) => compileRules(set, this.#names));
      const needed = rules.some(({ roles }) => roles.length > 0);
      const roles = needed ? await this.#roles(attempt, airi) : [];
      const now = Date.now();
      return {
        tokenId: '',
        localId: '',
        holder: asker.originator,
        issuer: '',
        notBefore: now,
        notAfter: now,
        permissions: [{ resources: new Set([resource.ri, resource.path]), rules, roles }],
      };
    }
    return undefined;
  }

  async #roles({ asker, request: { rids, tids } }: Attempt, airi: Json | undefined): Promise<string[]> {
    const { absolute } = formsOf(asker.originator, this.#names);
    const asked = {
      fr: absolute,
      ...(rids === undefined ? {} : { rids: [...rids] }),
      ...(tids === undefined ? {} : { tids: [...tids] }),
    };
    for (const address of Array.isArray(airi) ? airi : []) {
      const answer = await this.#ask(String(address), 'm2m:auif', asked);
      if (answer?.sus === authorizationStatus.of.notApplicable) continue;
      if (answer?.sus !== authorizationStatus.of.ok) return [];
      const assigned = answer['m2m:rol'];
      return (Array.isArray(assigned) ? (assigned as JsonObject[]) : [])
        .filter((role) => this.#isHeldNow(role, asker.originator))
        .map(({ rlid }) => String(rlid));
    }
    return [];
  }

  #isHeldNow({ tkhd, tknb, tkna }: JsonObject, originator: string): boolean {
    const now = Date.now();
    return (
      aeStem(String(tkhd), this.#names) === originator &&
      (fromTimestamp(String(tknb)) ?? Number.POSITIVE_INFINITY) <= now &&
      (fromTimestamp(String(tkna)) ?? 0) > now
    );
  }

  /** TS-0003 Table 7.5.2-1. */
  #decisionRequest({ asker, request, resource, childType }: Attempt): JsonObject {
    const { remoteAddress = '' } = asker;
    const version = isIP(remoteAddress);
    const lists = Object.entries({ rids: request.rids, tids: request.tids, tkns: request.tkns });
    return {
      to: this.#addressOf(resource),
      fr: formsOf(asker.originator, this.#names).absolute,
      op: request.op,
      ...(childType === undefined ? {} : { rrt: childType }),
      ...(request.fc?.fu === undefined ? {} : { fu: { fu: request.fc.fu } }),
      ...Object.fromEntries(lists.filter(([, list]) => list !== undefined)),
      rtm: toTimestamp(Date.now()),
      ...(version === 0 ? {} : { oip: version === 4 ? { ip4: remoteAddress } : { ip6: remoteAddress } }),
    };
  }

  #addressOf({ ri }: Resource): string {
    return `${this.#names.cseId}/${ri}`;
  }

  /** @returns the attributes in the answer; undefined when there is none */
  async #ask(to: string, element: string, attributes: JsonObject): Promise<JsonObject | undefined> {
    const { rsc, pc } = await this.#perform({
      op: operation.update,
      to,
      fr: this.#names.cseId,
      rqi: randomUUID(),
      rvi: '3',
      pc: { [element]: attributes },
    });
    const answer = pc?.[element];
    const isObject = typeof answer === 'object' && answer !== null && !Array.isArray(answer);
    return rsc === updated && isObject ? answer : undefined;
  }
}

/** Whether a policy leaves decisions to others. */
export const delegates = ({ attributes: { pv, adri, apri } }: Resource): boolean =>
  rulesIn(pv).length === 0 && (Array.isArray(adri) || Array.isArray(apri));
