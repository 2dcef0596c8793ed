import type { Names } from '../address.ts';
import type { Json, JsonObject } from '../primitive.ts';
import type { Call, Context } from '../procedures/context.ts';
import { alive } from '../procedures/target.ts';
import { Refused } from '../refusal.ts';
import type { Resource } from '../store/resource.ts';
import { wildcard } from './pattern.ts';

const profileType = 11;
const appRuleType = 19;
const subscribedNodeType = 20;
const nodesMax = 1_000;

/**
 * Checks the registration of an AE against the service subscriptions this CSE holds; without any, everybody may register
 * (TS-0004 §7.3.2.7, TS-0001 §10.2.2.2).
 *
 * @param aeId AE-ID-Stem that is asked for, or given; `C`, `S` or empty while it is open
 * @throws Refused SERVICE_SUBSCRIPTION_NOT_ESTABLISHED when no subscription is about this CSE; APP_RULE_VALIDATION_FAILED
 *   when no rule of one allows the App-ID with the AE-ID for the credential
 */
export async function checkServiceSubscription(
  context: Context,
  { request, session }: Call,
  aeId: string,
): Promise<void> {
  const { store, targets, names } = context;
  if ((await store.resourcesOfType(profileType, 1)).length === 0) return;
  const nodes = (await store.resourcesOfType(subscribedNodeType, nodesMax)).filter(
    (node) => alive(node) !== undefined && isCse(node.attributes.csi, names),
  );
  if (nodes.length === 0)
    throw new Refused('SERVICE_SUBSCRIPTION_NOT_ESTABLISHED', `fr: no service subscription is about ${names.cseId}`);
  const rules: Resource[] = [];
  for (const reference of nodes.flatMap(({ attributes: { rlk } }) => texts(rlk))) {
    const rule = alive(await targets.resourceAt(reference));
    if (rule?.ty === appRuleType) rules.push(rule);
  }
  const content = Object.values(request.pc ?? {})[0] as JsonObject | undefined;
  const api = typeof content?.api === 'string' ? content.api : '';
  if (!rules.some(({ attributes }) => allows(attributes, session.credentialId ?? '', api, aeId))) {
    const who = aeId === '' ? 'an AE' : aeId;
    throw new Refused(
      'APP_RULE_VALIDATION_FAILED',
      `fr, api: no rule of the service subscription allows ${who} with "${api}"`,
    );
  }
}

/** A rule; what it does not list it does not restrict. */
function allows({ apci, aai, aae }: JsonObject, credential: string, api: string, aeId: string): boolean {
  return (
    matches(apci, (pattern) => pattern === '*' || wildcard(pattern)(credential)) &&
    matches(aai, (pattern) => wildcard(pattern)(api)) &&
    matches(aae, (pattern) => (isOpen(aeId) ? couldBe(pattern, aeId) : wildcard(pattern)(aeId)))
  );
}

const isOpen = (aeId: string): boolean => aeId === '' || aeId === 'C' || aeId === 'S';

/** Whether an AE-ID that has still to be given could match: what is given is checked again. */
const couldBe = (pattern: string, prefix: string): boolean => pattern.startsWith('*') || pattern.startsWith(prefix);

const matches = (list: Json | undefined, test: (pattern: string) => boolean): boolean =>
  list === undefined || texts(list).some(test);

/** `id-in`, `/id-in` and `//sp/id-in` are one CSE. */
const isCse = (csi: Json | undefined, { cseId, spId }: Names): boolean =>
  typeof csi === 'string' && [cseId.slice(1), cseId, `${spId}${cseId}`].includes(csi);

const texts = (value: Json | undefined): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
