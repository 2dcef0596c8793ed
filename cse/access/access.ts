import type { Names } from '../address.ts';
import type { Resource } from '../store/resource.ts';
import type { Store } from '../store/store.ts';
import type { ChangeElsewhere, CommittedChange } from '../store/write.ts';
import type { Asker } from './asker.ts';
import { Decision, type Facts } from './decision.ts';
import { governingOf } from './governing.ts';
import { formsOf } from './originators.ts';
import type { Referenced } from './referenced.ts';
import { compileRules, type Right, type Rule, right } from './rule.ts';

export type { Asker } from './asker.ts';

/** A right that somebody has. */
export interface Grant {
  /** The only attributes it extends to (`aca`, release 4); undefined: to the whole resource. */
  readonly attributes?: ReadonlySet<string>;
}

interface Compiled {
  readonly pv: readonly Rule[];
  readonly pvs: readonly Rule[];
}

const policyTypes: readonly number[] = [1, 10_001];
/** What policies and resources refer to: policies, groups, consultations. */
const referencedTypes: readonly number[] = [...policyTypes, 9, 34];
/** Each round loads what the one before found missing: policies and parents, then groups. */
const roundsMax = 8;
/** A right to the whole resource. */
export const everything: Grant = {};
const aeType = 2;
const pollingChannelType = 15;

/**
 * Decides who may do what (TS-0001 §9.6.1.3.2 and §9.6.2, TS-0003 §7.1, TS-0004 §7.3.3.15). The first that applies decides,
 * and what nobody grants is refused:
 *
 * 0. a <pollingChannel> is for the AE or CSE it is created below, and for nobody else (TS-0004 §7.4.21.2);
 * 1. the CSE itself and its administrator may do everything;
 * 2. the operator policy of this CSE grants (docs/decisions/operator-policy.md);
 * 3. what governs the resource grants (`Governing`).
 *
 * Everything a decision needs is in memory as a rule, and then it is made at once, without a promise.
 */
export class Access {
  readonly #admin: string;
  readonly #operatorPolicy: string;
  readonly #facts: Facts;
  /** Keyed by the resource object, which is replaced when the policy changes. */
  readonly #compiled = new WeakMap<Resource, Compiled>();

  constructor(options: {
    readonly store: Store;
    readonly names: Names;
    readonly admin: string;
    /** Address of the operator policy. */
    readonly operatorPolicy: string;
    readonly referenced: Referenced;
  }) {
    const { store, names, referenced } = options;
    this.#admin = options.admin;
    this.#operatorPolicy = options.operatorPolicy;
    this.#facts = { store, names, referenced };
  }

  /** The CSE itself, or its administrator. */
  isUnrestricted(originator: string): boolean {
    return originator === this.#admin || originator === this.#facts.names.cseId;
  }

  /** Whether somebody may do something with a resource as a whole; a right to some attributes only is not enough. */
  permits(asker: Asker, asked: Right, resource: Resource, childType?: number): boolean | Promise<boolean> {
    const grant = this.grant(asker, asked, resource, childType);
    return grant instanceof Promise ? grant.then(isWhole) : isWhole(grant);
  }

  /**
   * The right somebody has on a resource, which may extend to some attributes only.
   *
   * @param childType what shall be created below the resource
   * @returns undefined when there is none
   */
  grant(
    asker: Asker,
    asked: Right,
    resource: Resource,
    childType?: number,
  ): Grant | undefined | Promise<Grant | undefined> {
    const ofChannel = resource.ty === pollingChannelType || childType === pollingChannelType;
    if (!ofChannel && this.isUnrestricted(asker.originator)) return everything;
    const decision = new Decision(this.#facts, asker, asked, resource, childType);
    return this.#settle(decision, () => (ofChannel ? this.#judgeChannel(decision) : this.#judge(decision)));
  }

  /** Whether the operator policy alone grants this on every resource, so that a listing need not ask for each. */
  permitsEverywhere(asker: Asker, asked: Right): boolean | Promise<boolean> {
    if (this.isUnrestricted(asker.originator)) return true;
    const decision = new Decision(this.#facts, asker, asked, anything, undefined);
    const grant = this.#settle(decision, () => this.#operatorGrant(decision));
    return grant instanceof Promise ? grant.then(isWhole) : isWhole(grant);
  }

  /**
   * To whom a resource without a policy has to belong to be seen by somebody: all forms of the originator's identifier.
   * @returns undefined when that does not matter, because tokens may permit more
   */
  ownersSeenBy({ originator, claims }: Asker): string[] | undefined {
    return claims?.tokens.length ? undefined : Object.values(formsOf(originator, this.#facts.names));
  }

  /** Whether a resource's policies may be exchanged: UPDATE in `pvs` of one that is referenced now (TS-0001 §9.6.1.3.2). */
  async permitsPolicyChange(asker: Asker, resource: Resource): Promise<boolean> {
    if (this.isUnrestricted(asker.originator)) return true;
    const governing = governingOf(resource, this.#facts.names);
    if (governing.by === 'owner') return governing.owner === asker.originator;
    if (governing.by !== 'policies') return false;
    const decision = new Decision(this.#facts, asker, right.update, resource, undefined);
    const grant = await this.#settle(decision, () => {
      for (const reference of governing.references) {
        const policy = this.#policyAt(decision, reference);
        if (policy === undefined) continue;
        decision.governed = policy;
        const granted = granting(this.#rulesOf(policy).pvs, decision);
        if (isWhole(granted)) return granted;
      }
      return undefined;
    });
    return isWhole(grant);
  }

  /** Policies that govern a resource; none when it belongs to somebody. */
  async policiesOf(resource: Resource): Promise<Resource[]> {
    const decision = new Decision(this.#facts, nobody, right.retrieve, resource, undefined);
    let found = this.#governingPolicies(decision);
    for (let round = 1; round <= roundsMax && decision.missing.size > 0; round += 1) {
      await decision.loadMissing();
      found = this.#governingPolicies(decision);
    }
    return found;
  }

  /** Role-IDs with which the policies of a resource would grant what is asked (TS-0003 §7.3.2.2, step 2.2.1). */
  async rolesThatWouldDo(asker: Asker, asked: Right, resource: Resource, childType?: number): Promise<string[]> {
    const decision = new Decision(this.#facts, asker, asked, resource, childType);
    const rules = (await this.policiesOf(resource)).flatMap((policy) => this.#rulesOf(policy).pv);
    return [...new Set(rules.filter(({ applies }) => applies(decision)).flatMap(({ roles }) => roles))];
  }

  /** Whether a reference leads to a policy of this CSE, or to another CSE that may have one. */
  async isPolicy(reference: string): Promise<boolean> {
    const { referenced } = this.#facts;
    if (referenced.isRemote(reference)) return true;
    if (referenced.find(reference) === undefined) await referenced.load(reference);
    return policyTypes.includes(referenced.find(reference)?.ty ?? 0);
  }

  /** Takes notice of a change of this CSE's resources. */
  changed({ kind, resource }: CommittedChange): void {
    if (kind === 'created' && referencedTypes.includes(resource.ty)) this.#facts.referenced.created();
  }

  /** Takes notice of what another node of this CSE changed. */
  changedElsewhere(change: ChangeElsewhere | undefined): void {
    if (change === undefined || change.written.some(({ ty }) => referencedTypes.includes(ty))) {
      this.#facts.referenced.created();
    }
  }

  /** Makes a decision, loading what is missing as long as that may make a difference. */
  #settle(decision: Decision, judge: () => Grant | undefined): Grant | undefined | Promise<Grant | undefined> {
    const grant = judge();
    return decision.missing.size === 0 || isWhole(grant) ? grant : this.#settleSlowly(decision, judge);
  }

  async #settleSlowly(decision: Decision, judge: () => Grant | undefined): Promise<Grant | undefined> {
    for (let round = 1; round <= roundsMax; round += 1) {
      await decision.loadMissing();
      const grant = judge();
      if (decision.missing.size === 0 || isWhole(grant)) return grant;
    }
    return undefined;
  }

  #judge(decision: Decision): Grant | undefined {
    const { names } = this.#facts;
    decision.governed = decision.target;
    let granted = this.#operatorGrant(decision);
    for (;;) {
      const { governed } = decision;
      if (decision.asker.claims !== undefined) granted = joined(granted, tokenGrant(decision));
      if (isWhole(granted)) return granted;
      const governing = governingOf(governed, names);
      switch (governing.by) {
        case 'self':
          return joined(granted, granting(this.#rulesOf(governed).pvs, decision));
        case 'policies':
          return joined(granted, this.#policyGrant(decision, governing.references));
        case 'owner':
          return governing.owner === decision.originator ? everything : granted;
        case 'base':
          return decision.right === right.retrieve && decision.asker.registered ? everything : granted;
        case 'parent': {
          const parent = decision.parentOf(governed);
          if (parent === undefined) return granted;
          decision.governed = parent;
        }
      }
    }
  }

  /** Whether the originator is the AE or CSE whose registration the channel is, or shall be, below. */
  #judgeChannel(decision: Decision): Grant | undefined {
    const { target, originator } = decision;
    const holder = target.ty === pollingChannelType ? decision.parentOf(target) : target;
    const id = holder?.ty === aeType ? holder.ri : holder?.attributes.csi;
    return typeof id === 'string' && id === originator ? everything : undefined;
  }

  #operatorGrant(decision: Decision): Grant | undefined {
    const policy = decision.find(this.#operatorPolicy);
    return policy === undefined ? undefined : granting(this.#rulesOf(policy).pv, decision);
  }

  /** Any rule of any policy is enough; limited rights add up. */
  #policyGrant(decision: Decision, references: readonly string[]): Grant | undefined {
    let limited: Grant | undefined;
    for (const reference of references) {
      const policy = this.#policyAt(decision, reference);
      if (policy === undefined) continue;
      const grant = granting(this.#rulesOf(policy).pv, decision);
      if (isWhole(grant)) return grant;
      limited = joined(limited, grant);
    }
    return limited;
  }

  #governingPolicies(decision: Decision): Resource[] {
    for (let governed: Resource | undefined = decision.target; governed !== undefined; ) {
      const governing = governingOf(governed, this.#facts.names);
      if (governing.by === 'self') return [governed];
      if (governing.by === 'policies') {
        return governing.references
          .map((reference) => this.#policyAt(decision, reference))
          .filter((policy) => policy !== undefined);
      }
      if (governing.by !== 'parent') return [];
      governed = decision.parentOf(governed);
    }
    return [];
  }

  #policyAt(decision: Decision, reference: string): Resource | undefined {
    const found = decision.find(reference);
    return found !== undefined && policyTypes.includes(found.ty) ? found : undefined;
  }

  #rulesOf(policy: Resource): Compiled {
    let compiled = this.#compiled.get(policy);
    if (compiled === undefined) {
      const { names } = this.#facts;
      compiled = {
        pv: compileRules(policy.attributes.pv, names),
        pvs: compileRules(policy.attributes.pvs, names),
      };
      this.#compiled.set(policy, compiled);
    }
    return compiled;
  }
}

/** Asks for nobody: what is looked up does not depend on who asks. */
const nobody: Asker = { originator: '', authenticated: false, registered: false };

/** Stands for whichever resource, where none in particular is meant. */
const anything: Resource = {
  no: 0,
  parentNo: null,
  ty: 5,
  ri: '',
  pi: '',
  rn: '',
  path: '',
  depth: 0,
  creator: '',
  version: 1,
  attributes: {},
};

const isWhole = (grant: Grant | undefined): boolean => grant !== undefined && grant.attributes === undefined;

/** What rules grant together. */
function granting(rules: readonly Rule[], decision: Decision): Grant | undefined {
  let limited: Grant | undefined;
  for (const rule of rules) {
    if (!rule.grants(decision)) continue;
    if (rule.attributes === undefined) return everything;
    limited = joined(limited, { attributes: rule.attributes });
  }
  return limited;
}

function joined(one: Grant | undefined, other: Grant | undefined): Grant | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  if (one.attributes === undefined || other.attributes === undefined) return everything;
  return { attributes: new Set([...one.attributes, ...other.attributes]) };
}

/** Rules that tokens bring along for the resource (TS-0003 §7.3.2.5). */
function tokenGrant(decision: Decision): Grant | undefined {
  return granting(
    decision.permissions().flatMap(({ rules }) => rules),
    decision,
  );
}
