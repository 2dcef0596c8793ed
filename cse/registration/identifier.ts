import { randomBytes } from 'node:crypto';
import { wildcard } from '../access/pattern.ts';
import { checkServiceSubscription } from '../access/service-subscription.ts';
import type { JsonObject } from '../primitive.ts';
import type { Call, Context } from '../procedures/context.ts';
import { badRequest, Refused } from '../refusal.ts';
import type { ResourceDefinition } from '../resources/index.ts';
import { checkAppId } from './app-id.ts';
import { enrol, stemOfEnrolment } from './enrolment.ts';

const aeType = 2;
const aeAnnouncedType = 10_002;
const remoteCseType = 16;

/** Types whose resources are known by the identifier of who registers, so that nobody can be registered twice. */
export const registers = (type: number): boolean => type === aeType || type === remoteCseType;

/** Identifier of a new resource: that of the AE or CSE that registers, or one of this CSE's own. */
export function identifierFor(
  context: Context,
  call: Call,
  definition: ResourceDefinition,
  given: JsonObject,
  no: number,
): string | Promise<string> {
  const { originator } = call.asker;
  if (definition.type === aeType) return aeIdentifier(context, call, given);
  if (definition.type === remoteCseType && originator !== context.names.cseId) return originator.slice(1);
  const stem = definition.type === aeAnnouncedType ? stemOfEnrolment(originator, given) : undefined;
  if (stem !== undefined) return stem === 'S' ? `S${randomName()}` : stem;
  return `${definition.shortName}-${no.toString(36)}`;
}

/** AE-ID-Stem of a registration, TS-0001 §10.2.2.2: what was asked for, or one that is given. */
async function aeIdentifier(context: Context, call: Call, given: JsonObject): Promise<string> {
  const { asker, request } = call;
  if (asker.originator.startsWith('/')) {
    throw badRequest(`fr: an AE registers with its own AE-ID-Stem ("C…" or "S…"), found "${asker.originator}"`);
  }
  checkAppId(given.api, request.rvi);
  const asked = asker.originator;
  const free = asked === '' || asked === 'C' || asked === 'S';
  const prefix = asked.startsWith('S') ? 'S' : 'C';
  // The IN-CSE chooses in the name of the service provider, when the credential leaves it the choice.
  const byProvider =
    asked === 'S' && context.settings.type !== 'IN' && (call.session.originatorPattern ?? '*').startsWith('*');
  const proposed = byProvider ? 'S' : free ? drawn(context, call, prefix) : asked;
  if (!byProvider) {
    checkAllowed(context, proposed);
    if ((await context.store.byRi(proposed)) !== undefined) throw alreadyRegistered(proposed);
    if (free) await checkServiceSubscription(context, call, proposed);
  }
  if (prefix === 'C' || context.settings.type === 'IN') return proposed;
  const enrolled = await enrol(context, {
    stem: proposed,
    api: given.api,
    srv: given.srv,
    credentialId: call.session.credentialId,
  });
  checkAllowed(context, enrolled);
  return enrolled;
}

/** An identifier of the credential's own pattern. */
function drawn({ admin }: Context, { session: { originatorPattern = '*' } }: Call, prefix: 'C' | 'S'): string {
  const stem = originatorPattern.startsWith('*') ? `${prefix}${originatorPattern}` : originatorPattern;
  const ri = stem.replace('*', randomName()).replaceAll('*', '');
  if (ri === admin || !ri.startsWith(prefix) || !wildcard(originatorPattern)(ri)) {
    throw new Refused('APP_RULE_VALIDATION_FAILED', `fr: the credential allows no AE-ID that begins with ${prefix}`);
  }
  return ri;
}

function checkAllowed({ settings }: Context, stem: string): void {
  if (settings.aeOriginators.some((pattern) => wildcard(pattern)(stem))) return;
  throw new Refused('APP_RULE_VALIDATION_FAILED', `fr: ${stem} is not among the AE-IDs that may register here`);
}

const randomName = (): string => randomBytes(8).toString('hex');

export const alreadyRegistered = (id: string): Refused =>
  new Refused('ORIGINATOR_HAS_ALREADY_REGISTERED', `fr: ${id} is registered already`);
