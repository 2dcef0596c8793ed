import type { Names } from '../address.ts';
import type { Json, JsonObject } from '../primitive.ts';
import type { Resource } from '../store/resource.ts';
import type { Store } from '../store/store.ts';
import type { Asker } from './asker.ts';
import { isMemberOf } from './group-members.ts';
import { formsOf, type OriginatorForms } from './originators.ts';
import type { Referenced } from './referenced.ts';
import { type Position, readPoint } from './region.ts';
import type { AccessQuery, Right } from './rule.ts';
import type { Permission } from './token.ts';

/** What decisions draw upon. */
export interface Facts {
  readonly store: Store;
  readonly names: Names;
  readonly referenced: Referenced;
}

/**
 * One decision on its way. It is made from what is in memory; what was not there is noted, counts as absent, and since every
 * rule only grants, that can only make the decision stricter. Then it is loaded, and the decision made again.
 */
export class Decision implements AccessQuery {
  readonly originator: string;
  readonly right: Right;
  readonly childType: number | undefined;
  readonly remoteAddress: string | undefined;
  readonly authenticated: boolean;
  readonly now = Date.now();
  readonly target: Resource;
  readonly asker: Asker;
  /** Resource whose policies decide: the target, or an ancestor it follows. */
  governed: Resource;
  readonly missing = new Map<string, () => Promise<unknown>>();
  readonly #facts: Facts;
  #forms: OriginatorForms | undefined;

  constructor(facts: Facts, asker: Asker, asked: Right, target: Resource, childType: number | undefined) {
    this.#facts = facts;
    this.asker = asker;
    this.originator = asker.originator;
    this.remoteAddress = asker.remoteAddress;
    this.authenticated = asker.authenticated;
    this.right = asked;
    this.target = target;
    this.governed = target;
    this.childType = childType;
  }

  get type(): number {
    return this.governed.ty;
  }

  get specialization(): Json | undefined {
    const { mgd, cnd } = this.governed.attributes;
    return mgd ?? cnd;
  }

  get attributes(): JsonObject {
    return this.target.attributes;
  }

  get forms(): OriginatorForms {
    this.#forms ??= formsOf(this.originator, this.#facts.names);
    return this.#forms;
  }

  get position(): Position | undefined {
    return readPoint(this.#registration?.attributes.loc);
  }

  isMember(reference: string): boolean {
    const group = this.find(reference);
    return group !== undefined && isMemberOf(group, this.originator, this.#registration, this.#facts.names);
  }

  hasRole(roleId: string): boolean {
    const { claims } = this.asker;
    return (
      claims !== undefined &&
      (claims.roles.has(roleId) || this.permissions().some(({ roles }) => roles.includes(roleId)))
    );
  }

  /** What the originator's tokens permit on the resource. */
  permissions(): readonly Permission[] {
    const { tokens = [] } = this.asker.claims ?? {};
    return tokens.flatMap(({ permissions }) => permissions.filter((permission) => this.#concerns(permission)));
  }

  #concerns({ resources }: Permission): boolean {
    const { target, governed } = this;
    return (
      resources === undefined ||
      [target.ri, target.path, governed.ri, governed.path].some((address) => resources.has(address))
    );
  }

  /** A policy or group; undefined when there is none, or none in memory. */
  find(reference: string): Resource | undefined {
    const found = this.#facts.referenced.find(reference);
    if (found === undefined) this.missing.set(reference, () => this.#facts.referenced.load(reference));
    return found ?? undefined;
  }

  /** Parent of a resource; undefined when it has none, or it is not in memory. */
  parentOf({ parentNo }: Resource): Resource | undefined {
    if (parentNo === null) return undefined;
    const parent = this.#facts.store.peekNumber(parentNo);
    if (parent === undefined) this.missing.set(`#${parentNo}`, async () => this.#facts.store.byNumber(parentNo));
    return parent;
  }

  /** Brings what was missing into memory. */
  async loadMissing(): Promise<void> {
    const loads = [...this.missing.values()];
    this.missing.clear();
    await Promise.all(loads.map((load) => load()));
  }

  /** By what the originator is known here; it has been looked at when the originator was established. */
  get #registration(): Resource | undefined {
    return this.asker.registration ?? this.#facts.store.peekRi(this.originator);
  }
}
