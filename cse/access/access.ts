import { type Names, readAddress } from '../address.ts';
import type { Json } from '../primitive.ts';
import { definitionOf } from '../resources/index.ts';
import { isInstance, type Resource } from '../store/resource.ts';
import type { Store } from '../store/store.ts';
import { nowTimestamp } from '../timestamp.ts';
import { type AccessQuery, compileRules, type Right, type Rule, right } from './rule.ts';

/** Who asks, as far as it is established. */
export interface Asker {
  readonly originator: string;
  readonly authenticated: boolean;
  readonly registered: boolean;
  readonly remoteAddress?: string | undefined;
}

interface Compiled {
  readonly pv: readonly Rule[];
  readonly pvs: readonly Rule[];
}

const policyType = 1;
const cseBaseType = 5;

/**
 * Decides who may do what (TS-0001 §9.6.1.3.2 and §9.6.2, TS-0004 §7.3.3.15). In this order, the first that applies
 * decides, and what nobody grants is refused:
 *
 * 1. the CSE itself and its administrator may do everything;
 * 2. the operator policy of this CSE grants (docs/decisions/operator-policy.md);
 * 3. a policy resource is governed by its own `pvs`;
 * 4. a resource with `acpi` is governed by these policies only;
 * 5. one whose type knows `acpi` but that has none is its creator's (or custodian's); the CSEBase may be read by everyone
 *    who is registered;
 * 6. one whose type knows no `acpi` (an instance) is governed like its parent.
 */
export class Access {
  readonly #store: Store;
  readonly #names: Names;
  readonly #admin: string;
  readonly #operatorPolicy: () => Promise<Resource | undefined>;
  /** Keyed by the resource object, which is replaced when the policy changes. */
  readonly #compiled = new WeakMap<Resource, Compiled>();

  constructor(options: {
    readonly store: Store;
    readonly names: Names;
    readonly admin: string;
    readonly operatorPolicy: () => Promise<Resource | undefined>;
  }) {
    this.#store = options.store;
    this.#names = options.names;
    this.#admin = options.admin;
    this.#operatorPolicy = options.operatorPolicy;
  }

  /** The CSE itself, or its administrator. */
  isUnrestricted(originator: string): boolean {
    return originator === this.#admin || originator === this.#names.cseId;
  }

  async permits(asker: Asker, asked: Right, resource: Resource, childType?: number): Promise<boolean> {
    if (this.isUnrestricted(asker.originator)) return true;
    const query: AccessQuery = {
      ...asker,
      right: asked,
      type: resource.ty,
      now: Date.now(),
      ...(childType === undefined ? {} : { childType }),
    };
    if (await this.#operatorPermits(query)) return true;
    return this.#policyPermits(query, asker, resource);
  }

  /** Whether the operator policy alone grants this on every resource, so that a listing need not ask for each. */
  async permitsEverywhere(asker: Asker, asked: Right): Promise<boolean> {
    if (this.isUnrestricted(asker.originator)) return true;
    return this.#operatorPermits({ ...asker, right: asked, type: cseBaseType, now: Date.now() });
  }

  /** Whether a resource's policies may be exchanged: UPDATE in `pvs` of one that is referenced now (TS-0001 §9.6.1.3.2). */
  async permitsPolicyChange(asker: Asker, resource: Resource): Promise<boolean> {
    if (this.isUnrestricted(asker.originator)) return true;
    const references = policyReferences(resource);
    if (references.length === 0) return owns(asker.originator, resource);
    const query: AccessQuery = { ...asker, right: right.update, type: policyType, now: Date.now() };
    for (const policy of await this.#policies(references)) {
      if (this.#rulesOf(policy).pvs.some((rule) => rule(query))) return true;
    }
    return false;
  }

  /** Policies that references lead to; those that lead nowhere are left out. */
  async policyAt(reference: string): Promise<Resource | undefined> {
    const address = readAddress(reference, this.#names);
    if (!address.local || address.below !== undefined || address.attribute !== undefined) return undefined;
    const found = await (address.structured ? this.#store.byPath(address.value) : this.#store.byRi(address.value));
    return found?.ty === policyType && String(found.attributes.et ?? '~') > nowTimestamp() ? found : undefined;
  }

  async #operatorPermits(query: AccessQuery): Promise<boolean> {
    const policy = await this.#operatorPolicy();
    return policy !== undefined && this.#rulesOf(policy).pv.some((rule) => rule(query));
  }

  async #policyPermits(query: AccessQuery, asker: Asker, resource: Resource): Promise<boolean> {
    if (resource.ty === policyType) return this.#rulesOf(resource).pvs.some((rule) => rule(query));
    const references = policyReferences(resource);
    if (references.length > 0) {
      for (const policy of await this.#policies(references)) {
        if (this.#rulesOf(policy).pv.some((rule) => rule(query))) return true;
      }
      return false;
    }
    if (isInstance(resource.ty) || definitionOf(resource.ty)?.attributes.acpi === undefined) {
      const parent = resource.parentNo === null ? undefined : await this.#store.byNumber(resource.parentNo);
      return parent !== undefined && this.#policyPermits({ ...query, type: parent.ty }, asker, parent);
    }
    if (resource.ty === cseBaseType) return query.right === right.retrieve && asker.registered;
    return owns(asker.originator, resource);
  }

  async #policies(references: readonly string[]): Promise<Resource[]> {
    const found: Resource[] = [];
    for (const reference of references) {
      const policy = await this.policyAt(reference);
      if (policy !== undefined) found.push(policy);
    }
    return found;
  }

  #rulesOf(policy: Resource): Compiled {
    let compiled = this.#compiled.get(policy);
    if (compiled === undefined) {
      compiled = {
        pv: compileRules(policy.attributes.pv, this.#names),
        pvs: compileRules(policy.attributes.pvs, this.#names),
      };
      this.#compiled.set(policy, compiled);
    }
    return compiled;
  }
}

const policyReferences = ({ attributes: { acpi } }: Resource): readonly string[] =>
  Array.isArray(acpi) ? acpi.filter((item: Json): item is string => typeof item === 'string') : [];

/** A custodian takes the creator's place. */
const owns = (originator: string, { creator, attributes: { cstn } }: Resource): boolean =>
  originator === (typeof cstn === 'string' ? cstn : creator);
