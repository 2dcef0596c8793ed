import { messageOf } from '#platform';
import type { Resource } from '../store/resource.ts';
import { noEffects } from '../store/write.ts';
import type { Context } from './context.ts';
import { deleteResource } from './own-delete.ts';

/** Tries when the subscription is changed at the same moment. */
const attempts = 5;

/**
 * Counts one delivered notification against `exc`; at zero the subscription is deleted (TS-0001 §9.6.8).
 */
export async function countDown(context: Context, { no }: Resource): Promise<void> {
  const { store, committer, names, log } = context;
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const subscription = await store.byNumber(no);
    const left = subscription?.attributes.exc;
    if (subscription === undefined || typeof left !== 'number') return;
    if (left <= 1) {
      await deleteResource(context, subscription, names.cseId).catch((error: unknown) => {
        log.debug({ path: subscription.path, reason: messageOf(error) }, 'a subscription was gone already');
      });
      return;
    }
    const resource = {
      ...subscription,
      version: subscription.version + 1,
      attributes: { ...subscription.attributes, exc: left - 1 },
    };
    const outcome = await committer.submit({ kind: 'update', resource, effects: () => noEffects });
    if (outcome.done) return;
    store.invalidate({ containers: [], resources: [no], subscribed: [], subtrees: [] });
  }
}
