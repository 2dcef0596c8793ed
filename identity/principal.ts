/** What an account may do; finer rights come with policies. */
export type Role = 'operator' | 'administrator';

/** What a machine token may do on the open APIs. */
export type Scope = 'territory:read' | 'territory:write' | 'territory:operate';

/** Who is asking. Persons have roles, machines have scopes. */
export interface Principal {
  readonly id: string;
  readonly name: string;
  readonly kind: 'person' | 'machine';
  readonly roles: readonly Role[];
  readonly scopes: readonly Scope[];
  /** BCP 47 language of the person's choice. */
  readonly language: string;
}

const scopesOfRole: Readonly<Record<Role, readonly Scope[]>> = {
  operator: ['territory:read', 'territory:operate'],
  administrator: ['territory:read', 'territory:write', 'territory:operate'],
};

/** Whether a principal holds a role or a scope; an administrator holds every role. */
export function holds(principal: Principal, right: Role | Scope): boolean {
  if (principal.roles.some((role) => role === right || role === 'administrator')) return true;
  return (
    principal.scopes.some((scope) => scope === right) ||
    principal.roles.some((role) => scopesOfRole[role].some((scope) => scope === right))
  );
}
