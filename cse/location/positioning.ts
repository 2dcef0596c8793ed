import { randomUUID } from 'node:crypto';
import { type Geometry, locationOf, relates } from '../geometry.ts';
import { type Json, operation } from '../primitive.ts';
import type { Context } from '../procedures/context.ts';
import { changeResource } from '../procedures/own-change.ts';
import { geofenceEventCriteria, locationInformationType, locationSource } from '../resources/enumerations.ts';
import type { Resource } from '../store/resource.ts';
import { fromDuration } from '../timestamp.ts';
import { nearestLocation } from './nearest.ts';
import { areaIn, placeIn, toContent } from './place.ts';

const instanceType = 4;
const periodMsMin = 1_000;
const { networkBased, sharingBased } = locationSource.of;
const { entering, leaving, inside, outside } = geofenceEventCriteria.of;

/** What `lost` (locationStatus) says. */
export const locationStatus = {
  waiting: 'waiting for the first position',
  known: 'position known',
  unknown: 'no position is shared by a node nearby or by this CSE',
  noServer: 'no interface to location servers (OMA MLP, OMA NetAPI, 3GPP monitoring events) in this CSE',
} as const;

/** Milliseconds between updates; undefined: when the newest instance is retrieved. */
export function periodOf({ attributes: { lou } }: Resource): number | undefined {
  const period = Array.isArray(lou) && typeof lou[0] === 'string' ? fromDuration(lou[0]) : undefined;
  return period === undefined || period === 0 ? undefined : Math.max(periodMsMin, period);
}

/** Finds out a position, and stores it or the event it means (TS-0004 §7.4.10.2.1, steps 3 to 6). */
export async function position(context: Context, policy: Resource): Promise<void> {
  const { los } = policy.attributes;
  if (los === networkBased) return setStatus(context, policy, locationStatus.noServer);
  if (los !== sharingBased) return watch(context, policy, undefined);
  const base = await context.store.byPath(context.names.cseName);
  const place = (await nearestLocation(context, policy.creator)) ?? locationOf(base?.attributes.loc);
  if (place === undefined) return setStatus(context, policy, locationStatus.unknown);
  await setStatus(context, policy, locationStatus.known);
  if (isGeofence(policy)) await watch(context, policy, place);
  else await store(context, policy, toContent(place));
}

/** A device has stored its position. */
export async function arrived(context: Context, policy: Resource, content: Json | undefined): Promise<void> {
  const place = placeIn(content);
  if (place === undefined) return;
  await setStatus(context, policy, locationStatus.known);
  if (!isGeofence(policy)) return;
  if (periodOf(policy) === undefined) await watch(context, policy, place);
  else await remember(context, policy, place);
}

/** Before the newest instance of a location container is shown, a policy without period finds out where it is (§10.2.9.7). */
export async function refreshLocation(context: Context, found: Resource): Promise<void> {
  const policy = await context.targets.resourceAt(String(found.attributes.li));
  if (policy?.attributes.loi === found.ri && periodOf(policy) === undefined) await position(context, policy);
}

const isGeofence = ({ attributes: { lit } }: Resource): boolean => lit === locationInformationType.of.geofenceEvent;

/**
 * Compares a position with the one before: the device was outside and is inside, and so on. The event is stored when it is
 * the one that was asked for.
 *
 * @param place undefined: the last one that arrived
 */
async function watch(context: Context, policy: Resource, place: Geometry | undefined): Promise<void> {
  if (!isGeofence(policy)) return;
  const { pool } = context.store;
  const { rows } = await pool.query<{ place: Geometry | null; inside: boolean | null }>(
    'SELECT place, inside FROM cse.geofence WHERE policy = $1',
    [policy.no],
  );
  const current = place ?? rows[0]?.place ?? undefined;
  if (current === undefined) return;
  const before = rows[0]?.inside ?? undefined;
  const now = relates(current, 'intersects', areaIn(policy.attributes.gta));
  await pool.query(
    `INSERT INTO cse.geofence (policy, place, inside) VALUES ($1, $2, $3)
     ON CONFLICT (policy) DO UPDATE SET place = EXCLUDED.place, inside = EXCLUDED.inside`,
    [policy.no, JSON.stringify(current), now],
  );
  const event = now ? (before === false ? entering : inside) : before === true ? leaving : outside;
  const { gec } = policy.attributes;
  if (gec === undefined || gec === event) await store(context, policy, event);
}

async function remember({ store: { pool } }: Context, { no }: Resource, place: Geometry): Promise<void> {
  await pool.query(
    `INSERT INTO cse.geofence (policy, place) VALUES ($1, $2) ON CONFLICT (policy) DO UPDATE SET place = EXCLUDED.place`,
    [no, JSON.stringify(place)],
  );
}

async function store(context: Context, policy: Resource, con: Json): Promise<void> {
  const { cseId } = context.names;
  const answer = await context.perform(
    {
      op: operation.create,
      to: String(policy.attributes.loi),
      fr: cseId,
      rqi: randomUUID(),
      ty: instanceType,
      pc: { 'm2m:cin': { con } },
    },
    { originator: cseId, authenticated: true, registered: true },
  );
  if (answer.rsc >= 4000)
    await setStatus(
      context,
      policy,
      `the position could not be stored: ${String(answer.pc?.['m2m:dbg'] ?? answer.rsc)}`,
    );
}

async function setStatus(context: Context, { no }: Resource, lost: string): Promise<void> {
  await changeResource(context, no, ({ attributes }) => (attributes.lost === lost ? undefined : { lost }));
}
