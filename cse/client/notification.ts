import type { Json, JsonObject, RequestPrimitive, ResponsePrimitive } from '../primitive.ts';
import { responseStatus } from '../response-status.ts';
import { CseRefusal } from './refusal.ts';
import type { Responder } from './transport.ts';

/** A `m2m:sgn` as it reached us, TS-0004 §7.5.1.1. */
export interface Notification {
  /** Subscription it comes from (`sur`). */
  readonly subscription: string | undefined;
  /** What happened (`nev.net`): 1 update, 2 delete, 3 child created, 4 child deleted … */
  readonly eventType: number | undefined;
  /** Resource or reference, with its prefixed name: `{ "m2m:cin": { … } }` (`nev.rep`). */
  readonly representation: JsonObject | undefined;
  /** The subscription is gone (`sud`). */
  readonly subscriptionDeleted: boolean;
  /** The content as received, for anything else. */
  readonly content: JsonObject;
  readonly request: RequestPrimitive;
}

/** Returns when the notification is dealt with; what it throws becomes the answer (CseRefusal as it says, else 5000). */
export type NotificationHandler = (notification: Notification) => void | Promise<void>;

const objectOf = (value: Json | undefined): JsonObject | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;

function notificationOf(request: RequestPrimitive): Notification & { readonly verification: boolean } {
  const content = request.pc ?? {};
  const sgn = objectOf(content['m2m:sgn']);
  const event = objectOf(sgn?.nev);
  return {
    subscription: typeof sgn?.sur === 'string' ? sgn.sur : undefined,
    eventType: typeof event?.net === 'number' ? event.net : undefined,
    representation: objectOf(event?.rep),
    subscriptionDeleted: sgn?.sud === true,
    verification: sgn?.vrq === true,
    content,
    request,
  };
}

/** Aggregated notifications (`m2m:agn`) are handed over one by one, in their order. */
function* notificationsOf(request: RequestPrimitive): Generator<ReturnType<typeof notificationOf>> {
  const aggregated = objectOf(request.pc?.['m2m:agn'])?.['m2m:sgn'] ?? objectOf(request.pc?.['m2m:agn'])?.sgn;
  if (!Array.isArray(aggregated)) yield notificationOf(request);
  else for (const sgn of aggregated) yield notificationOf({ ...request, pc: { 'm2m:sgn': sgn } });
}

/**
 * Hands notifications to the handlers and makes the answer. Verification requests (`vrq`) are accepted when somebody
 * listens; without a handler every request is refused, since nobody would learn of it.
 */
export function responderTo(handlers: ReadonlySet<NotificationHandler>): Responder {
  return async (request): Promise<ResponsePrimitive> => {
    const answer = { rqi: request.rqi, ...(request.rvi === undefined ? {} : { rvi: request.rvi }) };
    if (request.op !== 5 || handlers.size === 0) {
      return { ...answer, rsc: responseStatus.OPERATION_NOT_ALLOWED.rsc };
    }
    try {
      for (const notification of notificationsOf(request)) {
        if (notification.verification) continue;
        for (const handle of handlers) await handle(notification);
      }
      return { ...answer, rsc: responseStatus.OK.rsc };
    } catch (error) {
      if (error instanceof CseRefusal) {
        return { ...answer, rsc: error.rsc, pc: { 'm2m:dbg': error.dbg ?? error.status } };
      }
      return { ...answer, rsc: responseStatus.INTERNAL_SERVER_ERROR.rsc };
    }
  };
}
