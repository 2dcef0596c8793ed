import { messageOf } from '#platform';
import type { ResponsePrimitive } from '../primitive.ts';
import { responseStatus, statusName } from '../response-status.ts';
import type { Message } from './message.ts';
import { ageMsMax } from './retention.ts';
import type { Targets } from './targets.ts';

/** How long one attempt lasts at most: as long as the notification is of use, in the polling channel of an AE. */
const attemptMsMin = 10_000;
const attemptMsMax = 3_600_000;
/** What says that another attempt may succeed; everything else is a refusal. */
const passing: ReadonlySet<number> = new Set([
  responseStatus.REQUEST_TIMEOUT.rsc,
  responseStatus.INTERNAL_SERVER_ERROR.rsc,
  responseStatus.TARGET_NOT_REACHABLE.rsc,
  responseStatus.REMOTE_ENTITY_NOT_REACHABLE.rsc,
]);

/** What came of one attempt. */
export interface Attempted {
  readonly delivered: boolean;
  /** Refused for good. */
  readonly final: boolean;
  readonly reason: string;
  /** Absent when nobody answered. */
  readonly answer?: ResponsePrimitive;
}

/** Sends a message once. Never rejects. */
export async function send(
  targets: Targets,
  target: string,
  { content, ec, at }: Message,
  stopping: AbortSignal,
): Promise<Attempted> {
  const timeOver = new AbortController();
  const usefulMs = at + ageMsMax - Date.now();
  const timer = setTimeout(
    () => timeOver.abort(new Error('nobody took it')),
    Math.min(Math.max(usefulMs, attemptMsMin), attemptMsMax),
  );
  try {
    const answer = await targets.send(target, content, AbortSignal.any([stopping, timeOver.signal]), ec);
    const { rsc } = answer;
    const delivered = rsc >= 1000 && rsc < 3000;
    return { delivered, final: !passing.has(rsc), reason: statusName(rsc) ?? `response status ${rsc}`, answer };
  } catch (error) {
    return { delivered: false, final: false, reason: messageOf(error) };
  } finally {
    clearTimeout(timer);
  }
}
