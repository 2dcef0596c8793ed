import { eventType } from '../notifications/event.ts';
import type { Context } from '../procedures/context.ts';
import type { SubscriptionAttributes } from '../resources/index.ts';
import type { Resource } from '../store/resource.ts';
import { fromDuration } from '../timestamp.ts';

/** The window of a subscription: how many points were missing since it began, and those it has not told of. */
interface Window {
  readonly endsAt: Date;
  readonly count: number;
  readonly untold: readonly string[];
}

/** A point that is missing. */
export interface MissingPoint {
  /** Expected data generation time. */
  readonly dgt: string;
  /** When it was looked for, milliseconds since 1970. */
  readonly lookedForAt: number;
}

/**
 * Reports missing points to the subscriptions of a timeSeries that ask for it (TS-0004 §7.5.1.2.9): the first one opens a
 * window of `dur`; from the `num`th in it on, each is told. When the window is over, the count begins anew with the next.
 *
 * Windows go by the moments at which points are looked for, also when that happens later, as after a restart.
 *
 * @param points the earliest first
 */
export async function tellMissing(
  context: Context,
  timeSeries: Resource,
  points: readonly MissingPoint[],
): Promise<void> {
  for (const subscription of await context.store.subscriptionsOf(timeSeries.no)) {
    const { enc: { net, md } = {} } = subscription.attributes as unknown as SubscriptionAttributes;
    if (md === undefined || net?.includes(eventType.dataMissing) !== true) continue;
    let window = await openWindow(context, subscription);
    for (const { dgt, lookedForAt } of points) {
      if (window === undefined || lookedForAt >= window.endsAt.getTime())
        window = { endsAt: new Date(lookedForAt + (fromDuration(md.dur) ?? 0)), count: 0, untold: [] };
      const untold = [...window.untold, dgt].slice(-context.settings.missingDataMax);
      window = { ...window, count: window.count + 1, untold };
      if (window.count < md.num) continue;
      await context.tell({
        type: eventType.dataMissing,
        resource: timeSeries,
        subscriptions: [subscription],
        representation: { 'm2m:tsn': { mdlt: untold.toReversed(), mdc: window.count } },
      });
      window = { ...window, untold: [] };
    }
    if (window !== undefined) await keepWindow(context, subscription, window);
  }
}

/** @returns the window that was opened last; undefined when there was none */
async function openWindow({ store }: Context, { no }: Resource): Promise<Window | undefined> {
  const { rows } = await store.pool.query<{ ends_at: Date; count: number; untold: string[] }>({
    name: 'window of missing data',
    text: 'SELECT ends_at, count, untold FROM cse.missing_data_window WHERE subscription = $1',
    values: [no],
  });
  const [row] = rows;
  return row === undefined ? undefined : { endsAt: row.ends_at, count: row.count, untold: row.untold };
}

async function keepWindow({ store }: Context, { no }: Resource, { endsAt, count, untold }: Window): Promise<void> {
  await store.pool.query({
    name: 'keep window of missing data',
    text: `INSERT INTO cse.missing_data_window (subscription, ends_at, count, untold) VALUES ($1, $2, $3, $4)
      ON CONFLICT (subscription) DO UPDATE SET ends_at = EXCLUDED.ends_at, count = EXCLUDED.count, untold = EXCLUDED.untold`,
    values: [no, endsAt, count, untold],
  });
}
