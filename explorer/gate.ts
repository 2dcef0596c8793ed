import type { Request } from 'express';
import type { Client } from '#cse/client';
import { holds, type Identity, type Principal, type Role } from '#identity';
import { Refusal } from '#platform';

/** Connections to the CSE, one originator for each role. */
export type Originators = Readonly<Record<Role, Client>>;

/** Who asks, and the originator that speaks for their role. */
export interface Visitor {
  readonly person: Principal;
  readonly client: Client;
}

/**
 * Lets persons through who hold a role, each to the originator of their role and no other.
 * @throws Refusal for machines and for whoever holds no role
 */
export function visitorOf({ principal }: Pick<Request, 'principal'>, originators: Originators): Visitor {
  if (principal === undefined) throw new Refusal(401, 'sign-in-needed', 'sign in first');
  if (principal.kind !== 'person') throw notPermitted('the explorer is for persons; programs speak to the CSE itself');
  return { person: principal, client: originators[roleOf(principal)] };
}

function roleOf(person: Principal): Role {
  if (holds(person, 'administrator')) return 'administrator';
  if (holds(person, 'operator')) return 'operator';
  throw notPermitted(`this needs the right "operator", which ${person.name} does not hold`);
}

const notPermitted = (why: string): Refusal => new Refusal(403, 'not-permitted', why);

export type IdentityPort = Pick<Identity, 'principalOf' | 'require'>;
