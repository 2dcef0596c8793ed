import { right } from '../../access/rule.ts';
import { aeStem } from '../../address.ts';
import { eventsBefore } from '../../notifications/earlier.ts';
import { deletionNotice } from '../../notifications/notice.ts';
import { storeNotifications } from '../../notifications/tell.ts';
import { verify, verifyAll } from '../../notifications/verification.ts';
import type { Json, JsonObject } from '../../primitive.ts';
import { Refused } from '../../refusal.ts';
import type { SubscriptionAttributes } from '../../resources/index.ts';
import type { Context } from '../context.ts';
import type { TypeRules } from '../type-rules.ts';
import { checkBlocking, checkCriteria, checkTargets, defaultContent } from './subscription-criteria.ts';

/** TS-0004 §7.4.8, in its order. */
export const subscriptionRules: TypeRules = {
  async create(context, { parent, attributes, asker, ri }) {
    // Whoever subscribes learns what the parent holds (TS-0004 §7.4.8.2.1).
    if (!(await context.access.permits(asker, right.retrieve, parent))) {
      throw new Refused(
        'ORIGINATOR_HAS_NO_PRIVILEGE',
        `${asker.originator} may not RETRIEVE ${parent.path}, hence not subscribe to it`,
      );
    }
    await checkBlocking(context, parent, attributes, attributes);
    checkCriteria(parent, attributes);
    checkTargets(attributes);
    attributes.nct ??= defaultContent(attributes);
    withBatchDuration(context, attributes);
    if (attributes.nse === true) attributes.nsi = [];
    const { nu } = attributes as unknown as SubscriptionAttributes;
    const foreign = nu.filter((target) => aeStem(target, context.names) !== asker.originator);
    if (foreign.length > 0) attributes.cr = asker.originator;
    await verifyAll(context, foreign, asker, ri);
  },
  async created(context, resource, asker) {
    const { psn } = resource.attributes;
    if (typeof psn !== 'number') return;
    await storeNotifications(context, await eventsBefore(context, resource, psn, asker));
  },
  async update(context, { resource, given, attributes, asker }) {
    const parent = resource.parentNo === null ? undefined : await context.store.byNumber(resource.parentNo);
    if (parent === undefined) return;
    await checkBlocking(context, parent, attributes, given, resource);
    checkCriteria(parent, attributes);
    checkTargets(attributes);
    // Without a value of its own, the content follows what the subscription now tells of.
    attributes.nct ??= defaultContent(attributes);
    withBatchDuration(context, attributes);
    if (given.nse !== undefined) {
      if (given.nse !== true) delete attributes.nsi;
      else if (resource.attributes.nse !== true) attributes.nsi = [];
    }
    if (given.nu === undefined) return;
    const before = (resource.attributes as unknown as SubscriptionAttributes).nu;
    const { nu } = attributes as unknown as SubscriptionAttributes;
    const added = nu.filter((target) => !before.includes(target) && aeStem(target, context.names) !== asker.originator);
    for (const target of added) await verify(context, target, asker, resource.ri);
  },
  /** A cross-resource subscription that a subscription no longer belongs to is told so (TS-0004 §7.4.8.2.3). */
  async updated(context, resource, before) {
    const left = list(before.attributes.acrs).filter((id) => !list(resource.attributes.acrs).includes(id));
    const notices = left.map((target) => deletionNotice(resource, target, context.names.cseId));
    await storeNotifications(context, notices);
  },
};

/** A batch that names no duration gets the service provider's (TS-0004 §7.4.8.2.1). */
function withBatchDuration({ settings }: Context, attributes: JsonObject): void {
  const { bn } = attributes;
  if (typeof bn !== 'object' || bn === null || Array.isArray(bn) || bn.dur !== undefined) return;
  attributes.bn = { ...bn, dur: `PT${settings.batchSeconds}S` };
}

const list = (value: Json | undefined): string[] => (Array.isArray(value) ? value.map(String) : []);
