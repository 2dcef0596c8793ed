import { aeStem } from '../../address.ts';
import { joinMembers } from '../../cross-resource/members.ts';
import { missingModes, restartWindow } from '../../cross-resource/window.ts';
import { verify, verifyAll } from '../../notifications/verification.ts';
import type { JsonObject } from '../../primitive.ts';
import { badRequest } from '../../refusal.ts';
import { timeWindowType } from '../../resources/enumerations.ts';
import type { CrossResourceSubscriptionAttributes } from '../../resources/index.ts';
import { noEffects } from '../../store/write.ts';
import { fromDuration } from '../../timestamp.ts';
import type { Context } from '../context.ts';
import type { TypeRules } from '../type-rules.ts';
import { checkTargets } from './subscription-criteria.ts';

/** TS-0004 §7.4.58. */
export const crossResourceSubscriptionRules: TypeRules = {
  async create(context, { attributes, asker, ri }) {
    checkMembers(context, attributes);
    checkWindow(context, attributes);
    checkTargets(attributes);
    attributes.cr = asker.originator;
    if (attributes.nse === true) attributes.nsi = [];
    const { nu } = attributes as unknown as CrossResourceSubscriptionAttributes;
    const foreign = nu.filter((target) => aeStem(target, context.names) !== asker.originator);
    await verifyAll(context, foreign, asker, ri);
  },
  async created(context, resource, asker) {
    const { references, rrats } = await joinMembers(context, resource, asker);
    await restartWindow(context, resource, references);
    if (rrats.length === 0) return;
    await context.committer.submit({
      kind: 'update',
      resource: {
        ...resource,
        version: resource.version + 1,
        attributes: { ...resource.attributes, rrats: [...rrats] },
      },
      effects: () => noEffects,
    });
  },
  async update(context, { resource, given, attributes, asker }) {
    checkWindow(context, attributes);
    checkTargets(attributes);
    if (given.nse !== undefined) {
      if (given.nse !== true) delete attributes.nsi;
      else if (resource.attributes.nse !== true) attributes.nsi = [];
    }
    const before = (resource.attributes as unknown as CrossResourceSubscriptionAttributes).nu;
    const { nu } = attributes as unknown as CrossResourceSubscriptionAttributes;
    const added = nu.filter((target) => !before.includes(target) && aeStem(target, context.names) !== asker.originator);
    for (const target of added) await verify(context, target, asker, resource.ri);
  },
  async updated(context, resource, before) {
    const { twt, tws } = resource.attributes;
    if (twt !== before.attributes.twt || tws !== before.attributes.tws) await restartWindow(context, resource);
  },
};

function checkMembers({ settings }: Context, attributes: JsonObject): void {
  const { rrat = [], srat = [], encs } = attributes as unknown as CrossResourceSubscriptionAttributes;
  const count = rrat.length + srat.length;
  if (count === 0) throw badRequest('rrat, srat: at least one resource or subscription is expected');
  if (count > settings.crossMembersMax)
    throw badRequest(`rrat, srat: at most ${settings.crossMembersMax} members are accepted, found ${count}`);
  for (const [name, members] of Object.entries({ rrat, srat }))
    if (new Set(members).size < members.length) throw badRequest(`${name}: a member is named twice`);
  if (encs !== undefined && encs.encn !== undefined && encs.enc !== undefined)
    throw badRequest('encs: either encn or enc is expected');
  const criteria = (encs?.encn ?? encs?.enc ?? []).length;
  if (rrat.length > 0 && criteria !== 1 && criteria !== rrat.length)
    throw badRequest(
      `encs (eventNotificationCriteriaSet): 1 or ${rrat.length} entries are expected with ${rrat.length} resources in rrat, found ${criteria}`,
    );
}

function checkWindow({ settings }: Context, attributes: JsonObject): void {
  const { tws, twt, eem } = attributes as unknown as CrossResourceSubscriptionAttributes;
  const lengthMs = fromDuration(tws) ?? 0;
  if (lengthMs <= 0 || lengthMs > settings.crossWindowSecondsMax * 1000)
    throw badRequest(
      `tws (timeWindowSize): a duration up to ${settings.crossWindowSecondsMax} seconds is expected, found ${tws}`,
    );
  if (eem !== undefined && missingModes.includes(eem) && twt !== timeWindowType.of.periodicWindow)
    throw badRequest(`eem (eventEvaluationMode): ${eem} needs a periodic time window (twt 1)`);
}
