import type { Asker } from '../../access/access.ts';
import { right } from '../../access/rule.ts';
import type { JsonObject } from '../../primitive.ts';
import { badRequest, Refused } from '../../refusal.ts';
import { beaconCriteria } from '../../resources/enumerations.ts';
import { enter } from '../../time-sync/beacons.ts';
import { fromDuration } from '../../timestamp.ts';
import type { Context } from '../context.ts';
import type { TypeRules } from '../type-rules.ts';

/** What goes with each criterion, and what it is when nobody says. */
const defaultInterval = 'PT1H';
const defaultThreshold = 'PT10S';
/** Shortest interval of beacons. */
const intervalMsMin = 1_000;
const { periodic } = beaconCriteria.of;

/** Release 4 of TS-0001: <timeSyncBeacon>. */
export const timeSyncBeaconRules: TypeRules = {
  async create(context, { attributes, asker }) {
    check(attributes);
    await checkTargets(context, attributes, asker);
  },
  async update(context, { resource, given, attributes, asker }) {
    if (given.bcnc !== undefined && given.bcnc !== resource.attributes.bcnc) {
      // What belongs to the other criterion goes with it.
      for (const name of ['bcni', 'bcnt', 'bcnr'] as const)
        if (given[name] === undefined && (name !== 'bcnr' || given.bcnc === periodic)) delete attributes[name];
    }
    check(attributes);
    if (given.bcnu !== undefined) await checkTargets(context, attributes, asker);
  },
  created: (context, resource) => enter(context, resource),
  updated: (context, resource) => enter(context, resource),
};

function check(attributes: JsonObject): void {
  const isPeriodic = attributes.bcnc === periodic;
  for (const name of isPeriodic ? (['bcnt', 'bcnr'] as const) : (['bcni'] as const)) {
    if (attributes[name] !== undefined)
      throw badRequest(`${name}: does not go with bcnc (beaconCriteria) ${String(attributes.bcnc)}`);
  }
  if (isPeriodic) {
    attributes.bcni ??= defaultInterval;
    if ((fromDuration(String(attributes.bcni)) ?? 0) < intervalMsMin)
      throw badRequest('bcni (beaconInterval): at least PT1S is expected');
    return;
  }
  if (attributes.bcnr === undefined)
    throw badRequest('bcnr (beaconRequester) is expected with bcnc 2, loss of synchronization');
  attributes.bcnt ??= defaultThreshold;
  if ((fromDuration(String(attributes.bcnt)) ?? 0) <= 0)
    throw badRequest('bcnt (beaconThreshold): more than nothing is expected');
}

/** Nobody has beacons sent to a resource that it may not NOTIFY. */
async function checkTargets({ access, targets }: Context, { bcnu }: JsonObject, asker: Asker): Promise<void> {
  for (const target of Array.isArray(bcnu) ? bcnu.map(String) : []) {
    if (target.includes('://')) {
      if (!URL.canParse(target) || !targets.speaks(target))
        throw badRequest(`bcnu: "${target}" is not a URL of a protocol that is spoken here`);
      continue;
    }
    const resource = await targets.resourceAt(target);
    if (resource !== undefined && !(await access.permits(asker, right.notify, resource)))
      throw new Refused('ORIGINATOR_HAS_NO_PRIVILEGE', `bcnu: ${asker.originator} may not NOTIFY ${target}`);
  }
}
