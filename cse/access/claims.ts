import { LRUCache } from 'lru-cache';
import { aeStem, type Names } from '../address.ts';
import type { Json, JsonObject, RequestPrimitive } from '../primitive.ts';
import { badRequest, Refused } from '../refusal.ts';
import type { Resource } from '../store/resource.ts';
import { type ResourceRow, resourceColumns, type Store, toResource } from '../store/store.ts';
import type { ChangeElsewhere, CommittedChange } from '../store/write.ts';
import { fromTimestamp } from '../timestamp.ts';
import { formsOf, type OriginatorForms } from './originators.ts';
import { assignmentsOf, localIdOf, type Token, type TokenVerifier } from './token.ts';

const roleType = 31;
const tokenType = 32;
const informationType = 37;
const kept = 10_000;
const shownMax = 50;

/** What an originator has shown beside its identifier, verified. */
export interface Claims {
  /** Role-IDs that are assigned to the originator now. */
  readonly roles: ReadonlySet<string>;
  readonly tokens: readonly Token[];
  /** Assigned Token Identifiers (`ati`) for the answer, when there are any. */
  readonly assigned?: JsonObject;
}

/** Whether a request shows roles or tokens. */
export const showsClaims = ({ rids, tkns, tids, ltids }: RequestPrimitive): boolean =>
  rids !== undefined || tkns !== undefined || tids !== undefined || ltids !== undefined;

/**
 * Verifies what requests show: Role-IDs against the <role> resources of this CSE, tokens by their signature, Token-IDs
 * against its <token> resources (TS-0003 §7.3.2.3, §7.4.3). A request that shows nothing costs nothing.
 */
export class ClaimsVerifier {
  readonly #store: Store;
  readonly #names: Names;
  readonly #admin: string;
  readonly #verifier: TokenVerifier;
  readonly #tokens = new LRUCache<string, Token>({ max: kept });
  /** <role> resources by holder, and <token> resources by Token-ID. */
  readonly #stored = new LRUCache<string, readonly Resource[]>({ max: kept });
  #changes = 0;

  constructor(options: {
    readonly store: Store;
    readonly names: Names;
    readonly admin: string;
    readonly verifier: TokenVerifier;
  }) {
    this.#store = options.store;
    this.#names = options.names;
    this.#admin = options.admin;
    this.#verifier = options.verifier;
  }

  /**
   * What a request shows.
   *
   * @throws Refused BAD_REQUEST for too much or malformed, ORIGINATOR_HAS_NO_PRIVILEGE for a token that is not valid,
   *   is somebody else's, or is not known here (TS-0003 §7.3.2.3, step 7.1.4)
   */
  async shownIn({ rids, tkns, tids, ltids }: RequestPrimitive, originator: string): Promise<Claims> {
    for (const [name, list] of Object.entries({ rids, tkns, tids, ltids })) {
      if (list === undefined) continue;
      const isText = Array.isArray(list) && list.every((item) => typeof item === 'string');
      if (!isText || list.length > shownMax)
        throw badRequest(`${name}: a list of at most ${shownMax} texts is expected`);
    }
    const presented = [
      ...(await Promise.all((tkns ?? []).map((text) => this.verified(text)))),
      ...(await Promise.all((tids ?? []).map((tokenId) => this.#byTokenId(tokenId)))),
    ];
    const tokens = [...presented, ...(ltids ?? []).map((localId) => this.#byLocalId(localId))];
    for (const token of tokens) this.#checkHolder(token, originator);
    const roles = rids === undefined ? new Set<string>() : await this.#assigned(rids, originator);
    const assigned = assignmentsOf(presented);
    return { roles, tokens, ...(assigned === undefined ? {} : { assigned }) };
  }

  /** A token after verification, from memory if it was verified before. @throws Refused */
  async verified(text: string): Promise<Token> {
    const known = this.#tokens.get(localIdOf(text));
    if (known !== undefined) return known;
    const token = await this.#verifier.verify(text);
    this.#tokens.set(token.localId, token);
    return token;
  }

  /** <role> resources that assign a role to somebody now. */
  async rolesOf(originator: string): Promise<readonly Resource[]> {
    const forms: OriginatorForms = formsOf(originator, this.#names);
    const found = await this.#resources(`r ${originator}`, roleType, 'tkhd', Object.values(forms));
    const now = Date.now();
    return found.filter(
      ({ creator, attributes: { tkis, tknb, tkna, et } }) =>
        this.#isAuthority(creator) &&
        this.#isAuthority(String(tkis)) &&
        time(tknb, Number.POSITIVE_INFINITY) <= now &&
        time(tkna, 0) > now &&
        time(et, Number.POSITIVE_INFINITY) > now,
    );
  }

  /** <token> resources with a Token-ID. */
  tokenResources(tokenId: string): Promise<readonly Resource[]> {
    return this.#resources(`t ${tokenId}`, tokenType, 'tkid', [tokenId]);
  }

  /** Takes notice of a change of this CSE's resources. */
  changed({ resource: { ty } }: CommittedChange): void {
    if (ty === roleType || ty === tokenType || ty === informationType) this.#forget();
  }

  /** Takes notice of what another node of this CSE changed. */
  changedElsewhere(change: ChangeElsewhere | undefined): void {
    const written = change?.written.some(({ ty }) => ty === roleType || ty === tokenType);
    if (written !== false || (change?.subtrees.length ?? 0) > 0) this.#forget();
  }

  #forget(): void {
    this.#changes += 1;
    this.#stored.clear();
  }

  /** Roles are assigned by the administrator, and by whoever may issue tokens. */
  #isAuthority(id: string): boolean {
    const stem = aeStem(id, this.#names);
    return stem === this.#admin || stem === this.#names.cseId || this.#verifier.trusts(stem);
  }

  async #assigned(roleIds: readonly string[], originator: string): Promise<ReadonlySet<string>> {
    const roles = await this.rolesOf(originator);
    return new Set(roles.map(({ attributes }) => String(attributes.rlid)).filter((id) => roleIds.includes(id)));
  }

  async #byTokenId(tokenId: string): Promise<Token> {
    let failure: unknown = refused(`tids: ${tokenId} is not known to this CSE`);
    for (const { attributes } of await this.tokenResources(tokenId)) {
      try {
        const token = await this.verified(String(attributes.tkob));
        if (token.tokenId === tokenId) return token;
        failure = refused(`tids: the token stored as ${tokenId} is ${token.tokenId}`);
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  #byLocalId(localId: string): Token {
    const token = this.#tokens.get(localId);
    if (token === undefined) throw refused(`ltids: ${localId} is not known any more; show the token itself`);
    return token;
  }

  #checkHolder({ tokenId, holder, notBefore, notAfter }: Token, originator: string): void {
    if (holder !== originator) throw refused(`${tokenId} is held by somebody else`);
    const now = Date.now();
    if (now < notBefore || now >= notAfter) throw refused(`${tokenId} is not valid at this time`);
  }

  async #resources(
    key: string,
    type: number,
    attribute: 'tkhd' | 'tkid',
    values: readonly string[],
  ): Promise<readonly Resource[]> {
    const known = this.#stored.get(key);
    if (known !== undefined) return known;
    const before = this.#changes;
    const { rows } = await this.#store.pool.query<ResourceRow>({
      name: `access by ${attribute}`,
      text: `SELECT ${resourceColumns} FROM cse.resource r LEFT JOIN cse.resource p ON p.no = r.parent_no
        WHERE r.ty = ${type} AND r.attributes->>'${attribute}' = ANY ($1::text[]) ORDER BY r.no LIMIT ${kept}`,
      values: [values],
    });
    const found = rows.map(toResource);
    // What changed in between may not be in what was read.
    if (before === this.#changes) this.#stored.set(key, found);
    return found;
  }
}

const refused = (why: string): Refused => new Refused('ORIGINATOR_HAS_NO_PRIVILEGE', why);

const time = (value: Json | undefined, otherwise: number): number =>
  (typeof value === 'string' ? fromTimestamp(value) : undefined) ?? otherwise;
