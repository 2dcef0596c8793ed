import type { JsonObject } from '../primitive.ts';
import type { SubscriptionAttributes } from '../resources/index.ts';
import type { StoredNotification } from '../store/committer.ts';
import { fromDuration } from '../timestamp.ts';
import type { NotificationQueue } from './queue.ts';

/** In a batch notification; a larger `bn.num` is served in parts. */
const batchEntriesMax = 1000;
/** Event categories, TS-0004 §6.3.3. */
export const category = { immediate: 2, latest: 4 } as const;

/** One message to a target, and how many of the waiting notifications are in it. */
export interface Message {
  readonly content: JsonObject;
  readonly count: number;
  readonly ec: number | undefined;
  /** Milliseconds since 1970 of the newest event in it. */
  readonly at: number;
}

/** Gives up what `ma` says is too old to be told. @returns how many were given up */
export function dropAged(queue: NotificationQueue, attributes: SubscriptionAttributes): number {
  const age = maxAge(attributes);
  if (age === undefined) return 0;
  const oldest = Date.now() - age;
  const kept = queue.waiting.findIndex(({ at }) => at >= oldest);
  const aged = kept < 0 ? queue.waiting.length : kept;
  queue.done(aged);
  return aged;
}

/** Keeps the rate limit: at most `mnn` notifications in each window of `tww` (TS-0001 §10.2.10.7). */
export async function mayGo(queue: NotificationQueue, { rl }: SubscriptionAttributes): Promise<boolean> {
  if (rl === undefined) return true;
  const now = Date.now();
  if (now >= queue.windowEndsAt) {
    queue.windowEndsAt = now + (fromDuration(rl.tww) ?? 0);
    queue.sentInWindow = 0;
  }
  if (queue.sentInWindow < rl.mnn) return true;
  await queue.more(queue.windowEndsAt - now);
  return false; // whoever asked looks again, in the next window and with what the subscription says by then
}

/**
 * The next message, by `ln`, `bn` and `nec` (TS-0001 §10.2.10.7); undefined while a batch is not complete.
 *
 * @param batchMs how long a batch that names no duration waits
 */
export async function compose(
  queue: NotificationQueue,
  { bn, ln, nec }: SubscriptionAttributes,
  batchMs: number,
): Promise<Message | undefined> {
  if (queue.latestOnly || (ln === true && bn === undefined)) {
    await queue.keepNewest();
    return single(queue.waiting, category.latest);
  }
  if (bn === undefined) return single(queue.waiting.slice(0, 1), nec);
  const batch = await collect(queue, bn, batchMs);
  if (batch === undefined) return undefined;
  if (ln === true) return single(batch, category.latest);
  return { content: aggregate(batch), count: batch.length, ec: nec, at: batch.at(-1)?.at ?? 0 };
}

/** The newest of some notifications, which stands for all of them. */
export function single(notifications: readonly StoredNotification[], ec: number | undefined): Message | undefined {
  const newest = notifications.at(-1);
  return newest && { content: parse(newest), count: notifications.length, ec, at: newest.at };
}

/** `ma` in milliseconds. */
export const maxAge = (attributes: SubscriptionAttributes | undefined): number | undefined =>
  attributes?.ma === undefined ? undefined : fromDuration(attributes.ma);

/** A batch, once `num` notifications are there or `dur` has passed since the first. */
async function collect(
  queue: NotificationQueue,
  { num = 0, dur }: { num?: number; dur?: string },
  batchMs: number,
): Promise<StoredNotification[] | undefined> {
  const wanted = Math.min(num === 0 ? batchEntriesMax : num, batchEntriesMax);
  const durationMs = (dur === undefined ? undefined : fromDuration(dur)) ?? batchMs;
  const deadline = (queue.waiting[0]?.at ?? Date.now()) + durationMs;
  if (queue.waiting.length < wanted && queue.behind) await queue.refill(wanted);
  const left = deadline - Date.now();
  if (queue.waiting.length >= wanted || left <= 0) return queue.waiting.slice(0, wanted);
  await queue.more(left);
  return undefined; // the subscription may say something else by now
}

const parse = ({ body }: StoredNotification): JsonObject => JSON.parse(body) as JsonObject;

/** `m2m:agn`, TS-0004 §6.3.5.12. */
const aggregate = (batch: readonly StoredNotification[]): JsonObject => ({
  'm2m:agn': { 'm2m:sgn': batch.map((notification) => parse(notification)['m2m:sgn'] ?? null) },
});
