/** Who is asking, and what they may do. */
export { createIdentity, type Identity } from './identity.ts';
export { holds, type Principal, type Role, type Scope } from './principal.ts';
export { schema } from './schema.ts';
