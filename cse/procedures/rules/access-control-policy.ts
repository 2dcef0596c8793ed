import { readNetwork } from '../../access/contexts.ts';
import { readCircle } from '../../access/region.ts';
import { rulesIn } from '../../access/rule.ts';
import type { Json, JsonObject } from '../../primitive.ts';
import { badRequest, Refused } from '../../refusal.ts';
import type { TypeRules } from '../type-rules.ts';

const managementObjectType = 13;
const flexContainerType = 28;
/** Members of a context for which this CSE has no facts: who uses an application, and how often a rule was used. */
const unknowable = ['acui', 'acl'];

/** TS-0001 §9.6.2, TS-0004 §7.4.2. */
export const accessControlPolicyRules: TypeRules = {
  create: (_context, { attributes }) => check(attributes),
  update: (_context, { attributes }) => check(attributes),
};

function check({ pv, pvs, adri, apri, airi }: JsonObject): void {
  if (rulesIn(pvs).length === 0) throw badRequest('pvs (selfPrivileges): at least one access control rule is expected');
  if (adri !== undefined && apri !== undefined) {
    throw badRequest(
      'adri (authorizationDecisionResourceIDs) and apri (authorizationPolicyResourceIDs) exclude each other',
    );
  }
  const distributed = Object.entries({ adri, apri, airi }).find(([, value]) => value !== undefined);
  if (distributed !== undefined && rulesIn(pv).length > 0) {
    throw badRequest(`${distributed[0]}: somebody else decides only where pv (privileges) has no rules of its own`);
  }
  for (const [name, privileges] of Object.entries({ pv, pvs })) {
    for (const rule of rulesIn(privileges)) {
      for (const context of objects(rule.acco)) checkContext(`${name}/acr/acco`, context);
      for (const detail of objects(rule.acod)) checkDetail(`${name}/acr/acod`, detail);
    }
  }
}

function checkContext(name: string, context: JsonObject): void {
  const { acip, aclr } = context;
  const { ipv4, ipv6 } = (acip ?? {}) as JsonObject;
  for (const [family, list] of Object.entries({ ipv4, ipv6 })) {
    for (const entry of Array.isArray(list) ? list : []) {
      if (readNetwork(String(entry))?.family !== family) {
        throw badRequest(`${name}/acip/${family}: an address or CIDR network is expected, found "${String(entry)}"`);
      }
    }
  }
  if (aclr !== undefined) checkRegion(`${name}/aclr`, aclr as JsonObject);
  const unknown = unknowable.find((member) => context[member] !== undefined);
  if (unknown !== undefined) {
    throw new Refused('NOT_IMPLEMENTED', `${name}/${unknown}: this CSE cannot tell whether such a context holds`);
  }
}

/** A choice of two (TS-0004 §6.3.5.28). */
function checkRegion(name: string, { accc, accr }: JsonObject): void {
  if ((accc === undefined) === (accr === undefined)) {
    throw badRequest(`${name}: either accc (countryCode) or accr (circRegion) is expected`);
  }
  if (accr !== undefined && readCircle(accr) === undefined) {
    throw badRequest(
      `${name}/accr: latitude, longitude and radius in metres are expected, found ${JSON.stringify(accr)}`,
    );
  }
}

/** Only these types have specializations (TS-0001 Table 9.6.2.4-1). */
function checkDetail(name: string, { ty, spty }: JsonObject): void {
  if (spty !== undefined && ty !== managementObjectType && ty !== flexContainerType) {
    throw badRequest(`${name}: spty goes with ty 13 (<mgmtObj>) or 28 (<flexContainer>) only`);
  }
}

const objects = (value: Json | undefined): JsonObject[] =>
  Array.isArray(value)
    ? value.filter((item): item is JsonObject => typeof item === 'object' && item !== null && !Array.isArray(item))
    : [];
