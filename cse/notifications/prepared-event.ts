import type { JsonObject } from '../primitive.ts';
import type { Resource } from '../store/resource.ts';
import type { eventType } from './event.ts';

/** Something subscriptions tell of that changes no resource, or that they cannot find out themselves. */
export interface PreparedEvent {
  readonly type: (typeof eventType)['emptyRetrieved' | 'triggerReceived' | 'dataMissing'];
  /** Subscribed-to resource: the <container>, <AE> or <timeSeries>. */
  readonly resource: Resource;
  /**
   * What `rep` shows: `{ "m2m:tgp": … }` for event 6, `{ "m2m:tsn": { "mdlt": [ … ], "mdc": 3 } }` for event 8; without
   * it the resource is shown as `nct` says.
   */
  readonly representation?: JsonObject;
  /** Who caused it; default: the CSE. */
  readonly originator?: string;
  /** The only ones to be told, when each has a count of its own (`md`); default: all subscriptions to the resource. */
  readonly subscriptions?: readonly Resource[];
}
