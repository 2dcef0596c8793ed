import { readNetwork } from '../../access/rule.ts';
import type { Json, JsonObject } from '../../primitive.ts';
import { badRequest } from '../../refusal.ts';
import type { TypeRules } from '../type-rules.ts';

/** TS-0001 §9.6.2, TS-0004 §7.4.2. */
export const accessControlPolicyRules: TypeRules = {
  create: (_context, { attributes }) => check(attributes),
  update: (_context, { attributes }) => check(attributes),
};

function check({ pv, pvs }: JsonObject): void {
  if (rulesIn(pvs).length === 0) throw badRequest('pvs (selfPrivileges): at least one access control rule is expected');
  for (const [name, privileges] of Object.entries({ pv, pvs })) {
    for (const rule of rulesIn(privileges)) for (const context of objects(rule.acco)) checkContext(name, context);
  }
}

function checkContext(name: string, { acip }: JsonObject): void {
  const { ipv4, ipv6 } = (acip ?? {}) as JsonObject;
  for (const [family, list] of Object.entries({ ipv4, ipv6 })) {
    for (const entry of Array.isArray(list) ? list : []) {
      if (readNetwork(String(entry))?.family !== family) {
        throw badRequest(
          `${name}/acr/acco/acip/${family}: an address or CIDR network is expected, found "${String(entry)}"`,
        );
      }
    }
  }
}

const rulesIn = (privileges: Json | undefined): JsonObject[] =>
  typeof privileges === 'object' && privileges !== null && !Array.isArray(privileges) ? objects(privileges.acr) : [];

const objects = (value: Json | undefined): JsonObject[] =>
  Array.isArray(value)
    ? value.filter((item): item is JsonObject => typeof item === 'object' && item !== null && !Array.isArray(item))
    : [];
