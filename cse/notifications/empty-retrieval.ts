import type { Asker } from '../access/access.ts';
import type { Context } from '../procedures/context.ts';
import { alive } from '../procedures/target.ts';
import type { SubscriptionAttributes } from '../resources/index.ts';
import type { Resource } from '../store/resource.ts';
import { eventType } from './event.ts';
import { tell } from './tell.ts';

const containerType = 3;

/** Tells when somebody asks for the instances of a container that has none (event type 5, TS-0001 Table 9.6.8-3). */
export async function tellWhenEmpty(context: Context, { originator }: Asker, resource: Resource): Promise<void> {
  if (resource.ty !== containerType) return;
  const subscriptions = (await context.store.subscriptionsOf(resource.no)).filter(({ attributes }) =>
    (attributes as unknown as SubscriptionAttributes).enc?.net?.includes(eventType.emptyRetrieved),
  );
  if (subscriptions.length === 0 || alive(await context.store.latest(resource)) !== undefined) return;
  await tell(context, { type: eventType.emptyRetrieved, resource, originator, subscriptions });
}
