import type pg from 'pg';
import { storeNotifications } from '../notifications/tell.ts';
import type { Context } from '../procedures/context.ts';
import { eventEvaluationMode, timeWindowType } from '../resources/enumerations.ts';
import type { CrossResourceSubscriptionAttributes } from '../resources/index.ts';
import type { Resource } from '../store/resource.ts';
import { fromDuration } from '../timestamp.ts';

/** Name of the ends of windows in the timetable. */
export const windowKind = 'cross-resource window';

const { allEventsPresent, allOrSomeEventsPresent, allOrSomeEventsMissing, allEventsMissing, someEventsMissing } =
  eventEvaluationMode.of;
const { periodicWindow, slidingWindow } = timeWindowType.of;

/** A window as it is stored; one row for each cross-resource subscription. */
interface Window {
  /** References (`sur`) of the subscriptions that belong to it. */
  readonly members: readonly string[];
  /** Those that have told of an event in the window that runs. */
  readonly arrived: readonly string[];
  /** Whether this window has led to a notification. */
  readonly told: boolean;
  /** Whether one runs. */
  readonly open: boolean;
}

/** Whether what arrived by the end of a window is to be told; the first mode is told as soon as it holds. */
const toldAtEnd: Readonly<Record<number, (arrived: number, members: number) => boolean>> = {
  [allEventsPresent]: () => false,
  [allOrSomeEventsPresent]: (arrived) => arrived > 0,
  [allOrSomeEventsMissing]: (arrived, members) => arrived < members,
  [allEventsMissing]: (arrived) => arrived === 0,
  [someEventsMissing]: (arrived, members) => arrived > 0 && arrived < members,
};
/** Modes that ask for what did not happen, which only a window that starts by itself can show. */
export const missingModes: readonly number[] = [allOrSomeEventsMissing, allEventsMissing, someEventsMissing];

const attributesOf = ({ attributes }: Resource) => attributes as unknown as CrossResourceSubscriptionAttributes;
const sizeMs = (subscription: Resource): number => fromDuration(attributesOf(subscription).tws) ?? 0;

/** Begins anew: a periodic window at once, a sliding one with the first notification (TS-0004 §7.4.58.2.1). */
export async function restartWindow(
  { store, timetable }: Context,
  subscription: Resource,
  members?: readonly string[],
): Promise<void> {
  const periodic = attributesOf(subscription).twt === periodicWindow;
  const lengthMs = sizeMs(subscription);
  await store.pool.query(
    `INSERT INTO cse.cross_window (no, members, ends_at)
     VALUES ($1, COALESCE($2::text[], '{}'), CASE WHEN $3 THEN now() + $4 * interval '1 millisecond' END)
     ON CONFLICT (no) DO UPDATE SET members = COALESCE($2, cross_window.members), arrived = '{}', told = false,
       ends_at = EXCLUDED.ends_at`,
    [subscription.no, members ?? null, periodic, lengthMs],
  );
  if (periodic) await timetable.put(windowKind, subscription.no, lengthMs);
  else await timetable.drop(windowKind, subscription.no);
}

/** References of the subscriptions that belong to a cross-resource subscription. */
export async function membersOf({ store }: Context, { no }: Resource): Promise<readonly string[]> {
  const { rows } = await store.pool.query<{ members: string[] }>('SELECT members FROM cse.cross_window WHERE no = $1', [
    no,
  ]);
  return rows[0]?.members ?? [];
}

/** Takes note of an event of one member; tells when all have come together (TS-0004 §7.5.1.2.18). */
export async function eventArrived(context: Context, subscription: Resource, member: string): Promise<void> {
  const { twt, eem = allEventsPresent } = attributesOf(subscription);
  const begun = await withWindow(context, subscription.no, async (client, window) => {
    const begins = twt === slidingWindow && !window.open;
    const before = begins ? [] : window.arrived;
    const arrived = before.includes(member) ? before : [...before, member];
    const complete = eem === allEventsPresent && arrived.length === window.members.length;
    if (complete && !window.told) await tellTargets(context, subscription);
    // A sliding window ends with its notification; the next one begins with the next event.
    const ends = complete && twt === slidingWindow;
    await client.query(
      `UPDATE cse.cross_window SET arrived = $2, told = $3,
         ends_at = CASE WHEN $4 THEN NULL WHEN $5 THEN now() + $6 * interval '1 millisecond' ELSE ends_at END
       WHERE no = $1`,
      [
        subscription.no,
        ends ? [] : arrived,
        !ends && (complete || (window.told && !begins)),
        ends,
        begins,
        sizeMs(subscription),
      ],
    );
    return ends ? 'ended' : begins ? 'begun' : undefined;
  });
  if (begun === 'begun') await context.timetable.put(windowKind, subscription.no, sizeMs(subscription));
  if (begun === 'ended') await context.timetable.drop(windowKind, subscription.no);
}

/** @returns milliseconds until the next window ends; undefined when none has begun */
export async function windowOver(context: Context, no: number): Promise<number | undefined> {
  const subscription = await context.store.byNumber(no);
  if (subscription === undefined) return undefined;
  const { twt, eem = allEventsPresent } = attributesOf(subscription);
  const next = twt === periodicWindow ? sizeMs(subscription) : undefined;
  await withWindow(context, no, async (client, { arrived, members }) => {
    if (toldAtEnd[eem]?.(arrived.length, members.length)) await tellTargets(context, subscription);
    await client.query(
      `UPDATE cse.cross_window SET arrived = '{}', told = false, ends_at = now() + $2::float8 * interval '1 millisecond'
       WHERE no = $1`,
      [no, next ?? null],
    );
  });
  return next;
}

/** A cross-resource notification names the subscription and nothing else. */
const tellTargets = (context: Context, { no, ri, attributes }: Resource): Promise<void> => {
  const body = JSON.stringify({ 'm2m:sgn': { sur: `${context.names.cseId}/${ri}` } });
  const { nu } = attributes as unknown as CrossResourceSubscriptionAttributes;
  return storeNotifications(
    context,
    nu.map((target) => ({ subscription: no, target, body })),
  );
};

/** Looks at a window while nobody else does, on whatever node. @returns undefined when there is none */
async function withWindow<T>(
  { store }: Context,
  no: number,
  act: (client: pg.PoolClient, window: Window) => Promise<T>,
): Promise<T | undefined> {
  const client = await store.pool.connect();
  try {
    await client.query('BEGIN');
    const { rows } = await client.query<Window>(
      `SELECT members, arrived, told, COALESCE(ends_at > now(), false) AS open FROM cse.cross_window WHERE no = $1 FOR UPDATE`,
      [no],
    );
    const result = rows[0] === undefined ? undefined : await act(client, rows[0]);
    await client.query('COMMIT');
    client.release();
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    client.release(true);
    throw error;
  }
}
