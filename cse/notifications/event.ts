import type { JsonObject } from '../primitive.ts';
import type { Resource } from '../store/resource.ts';

/** Event types, TS-0004 §6.3.4.2.19. */
export const eventType = {
  updated: 1,
  deleted: 2,
  childCreated: 3,
  childDeleted: 4,
  /** RETRIEVE of the children of a container that has none. */
  emptyRetrieved: 5,
  triggerReceived: 6,
  blockingUpdate: 7,
  dataMissing: 8,
} as const;
export type EventType = (typeof eventType)[keyof typeof eventType];

/** Notification contents, TS-0004 §6.3.4.2.18. */
export const contentType = { all: 1, modified: 2, id: 3, triggerPayload: 4, timeSeries: 5 } as const;

/** A request somebody made, for subscriptions that monitor operations (TS-0004 §6.3.5.57). */
export interface Attempt {
  /** 1 create … 5 notify. */
  readonly op: number;
  /** Bit of the operation in `ops`; discovery has one of its own. */
  readonly bit: number;
}

/** What happened, in the form subscriptions ask about. */
export interface Event {
  readonly type: EventType;
  /** Resource the event is about: the child for events 3 and 4, else the subscribed-to resource. */
  readonly subject: Resource;
  /** Root element of its representation. */
  readonly element: string;
  /** All its attributes, counters included. */
  readonly attributes: JsonObject;
  /** JSON text of `attributes`. */
  readonly text: () => string;
  /** Names and new values of what an UPDATE changed. */
  readonly modified?: JsonObject;
  /** What is told whatever `nct` says: `{ "m2m:tsn": … }`, `{ "m2m:tgp": … }`. */
  readonly representation?: JsonObject;
  /** Who caused it. */
  readonly originator: string;
  /** Present when the event is an attempt itself, successful or not. */
  readonly attempt?: Attempt;
}
