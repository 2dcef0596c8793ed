import { positioningKind } from '../../location/locations.ts';
import { areaIn } from '../../location/place.ts';
import { locationStatus, periodOf } from '../../location/positioning.ts';
import type { JsonObject } from '../../primitive.ts';
import { badRequest } from '../../refusal.ts';
import { locationInformationType, locationSource } from '../../resources/enumerations.ts';
import { container } from '../../resources/index.ts';
import type { Resource } from '../../store/resource.ts';
import { fromDuration } from '../../timestamp.ts';
import type { Context } from '../context.ts';
import { createOwn } from '../own-create.ts';
import { deleteResource } from '../own-delete.ts';
import type { TypeRules } from '../type-rules.ts';

const { networkBased } = locationSource.of;
const { positionFix, geofenceEvent } = locationInformationType.of;

/** TS-0001 §9.6.10, TS-0004 §7.4.10. */
export const locationPolicyRules: TypeRules = {
  async create(context, { attributes }) {
    attributes.lit ??= positionFix;
    check(attributes);
    attributes.lost = attributes.los === networkBased ? locationStatus.noServer : locationStatus.waiting;
    // The container is made after the policy, and refers to it; its identifier is chosen here.
    attributes.loi = `${container.shortName}-${(await context.numbers.next()).toString(36)}`;
  },
  async created(context, resource, asker) {
    const parent = await context.store.byNumber(resource.parentNo ?? 0);
    if (parent === undefined) return;
    const { loi, lon, acpi, et } = resource.attributes;
    const mni = context.settings.locationInstancesMax;
    const attributes: JsonObject = { li: resource.ri, et: et ?? null, mni, ...(acpi === undefined ? {} : { acpi }) };
    await createOwn(context, parent, container, attributes, asker.originator, {
      ri: String(loi),
      ...(typeof lon === 'string' ? { rn: lon } : {}),
    });
    await schedule(context, resource);
  },
  update(_context, { attributes }) {
    check(attributes);
  },
  async updated(context, resource, _before, _asker, given) {
    if (given.lou !== undefined) await schedule(context, resource);
    // A fence that was moved has not been crossed.
    if (given.gta !== undefined)
      await context.store.pool.query('UPDATE cse.geofence SET inside = NULL WHERE policy = $1', [resource.no]);
  },
  async delete(context, resource, asker) {
    const found = await context.store.byRi(String(resource.attributes.loi));
    if (found !== undefined) await deleteResource(context, found, asker.originator);
  },
};

async function schedule({ timetable }: Context, policy: Resource): Promise<void> {
  const period = periodOf(policy);
  if (period === undefined) await timetable.drop(positioningKind, policy.no);
  else await timetable.put(positioningKind, policy.no, 0);
}

function check({ los, lit, lou, lot, lor, gta, gec, rlkl, luec, lon }: JsonObject): void {
  const periods = Array.isArray(lou) ? lou.map((period) => fromDuration(String(period)) ?? 0) : [];
  if (periods.length > 1 && periods.includes(0))
    throw badRequest('lou (locationUpdatePeriod): zero does not go with other periods');
  if (los === networkBased && (lot === undefined || lor === undefined))
    throw badRequest(
      'lot, lor: a network based policy names its target and its location server; none can be derived here',
    );
  if (rlkl !== undefined && los !== networkBased)
    throw badRequest('rlkl (retrieveLastKnownLocation) only goes with a network based policy');
  if (luec !== undefined && (los !== networkBased || periods.some((period) => period > 0)))
    throw badRequest('luec (locationUpdateEventCriteria) only goes with a network based policy without period');
  if (lit === geofenceEvent && gta === undefined)
    throw badRequest('gta (geographicalTargetArea): a geofence needs an area, there is none');
  if (gta !== undefined) areaIn(gta);
  if (gec !== undefined && lit !== geofenceEvent)
    throw badRequest('gec (geofenceEventCriteria) only goes with lit (locationInformationType) 2');
  if (typeof lon === 'string' && !/^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/.test(lon))
    throw badRequest(`lon (locationContainerName): "${lon}" is not a resource name`);
}
