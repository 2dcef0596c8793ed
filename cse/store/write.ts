import type { FeedAppend } from '#platform';
import type { JsonObject } from '../primitive.ts';
import type { Counters, Resource } from './resource.ts';

/** A notification to be stored with the change that caused it, and delivered after the commit. */
export interface Outgoing {
  /** Number of the subscription. */
  readonly subscription: number;
  /** One entry of `nu`, or `su`. */
  readonly target: string;
  /** JSON text of the content: `{"m2m:sgn":{…}}`. */
  readonly body: string;
}

/** A change as those see it who act upon it inside the CSE, once it is committed. */
export interface CommittedChange {
  readonly kind: 'created' | 'updated' | 'deleted';
  readonly resource: Resource;
  /** All attributes after the change; before it, for a deletion. */
  readonly attributes: JsonObject;
  /** What an UPDATE changed. */
  readonly modified?: JsonObject;
  readonly originator: string;
  /** How many actions in a row brought it about; absent: none. */
  readonly causes?: number;
}

/** What a node learns of a commit of another one. */
export interface ChangeElsewhere {
  /** Resources that were created or updated. */
  readonly written: readonly { readonly no: number; readonly ty: number }[];
  /** Paths of resources that were deleted with everything below them. */
  readonly subtrees: readonly string[];
}

/** What a change causes beyond itself; stored in the same transaction. */
export interface Effects {
  readonly changes: readonly FeedAppend[];
  readonly notifications: readonly Outgoing[];
  /** Told to observers after the commit. */
  readonly committed?: CommittedChange;
}

export const noEffects: Effects = { changes: [], notifications: [] };

/** An instance that is yet to be stored. */
export interface NewInstance {
  /** Name, when the originator chose one. */
  readonly rn: string | null;
  readonly ct: string;
  readonly et: string;
  /** contentSize, bytes */
  readonly cs: number;
  readonly lbl: readonly string[] | null;
  /** JSON text of the attributes that have no column. */
  readonly body: string;
  /** Key of the data generation time, which no other instance of its timeSeries may have. */
  readonly dgt?: string;
  readonly effects: (stored: Resource) => Effects;
}

/** Stores a new instance of a container. */
export interface AppendInstance extends NewInstance {
  readonly kind: 'append';
  readonly container: Resource;
}

export interface CreateResource {
  readonly kind: 'create';
  readonly resource: Resource;
  /** Its first instance, stored with it. */
  readonly instance?: NewInstance;
  /** @param counters of what holds instances */
  readonly effects: (counters: Counters | undefined) => Effects;
}

export interface UpdateResource {
  readonly kind: 'update';
  /** The resource as it shall be; its version is one above the one that was read. */
  readonly resource: Resource;
  /** Instances that stay at most, whatever the limits say; default: as the limits say. */
  readonly keep?: number;
  /** An instance that is stored with the change. */
  readonly instance?: NewInstance;
  /** @param counters of a container, after the change */
  readonly effects: (counters: Counters | undefined) => Effects;
}

/** Deletes a resource with everything below it. */
export interface DeleteResource {
  readonly kind: 'delete';
  readonly resource: Resource;
  /** SP-relative CSE-ID, for the subscription references in notices of deletion. */
  readonly cseId: string;
  readonly effects: () => Effects;
}

/** Deletes one instance. */
export interface DeleteInstance {
  readonly kind: 'remove';
  readonly container: Resource;
  readonly instance: Resource;
  readonly effects: () => Effects;
}

/** Stores notifications of something that changes no resource. */
export interface Tell {
  readonly kind: 'tell';
  readonly effects: () => Effects;
}

export type Write = AppendInstance | CreateResource | UpdateResource | DeleteResource | DeleteInstance | Tell;

/** How a write ended. `taken`: name or identifier exists; `known`: so does the data generation time; `gone`: target or parent is not there any more; `stale`: changed meanwhile. */
export type Outcome =
  | { readonly done: true; readonly stored?: Resource }
  | { readonly done: false; readonly why: 'taken' | 'known' | 'gone' | 'stale' };

/** Too many writes wait already. */
export class Saturated extends Error {
  override readonly name = 'Saturated';
}
