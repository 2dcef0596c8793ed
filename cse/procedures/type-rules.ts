import type { Asker } from '../access/access.ts';
import type { JsonObject } from '../primitive.ts';
import type { ResourceDefinition } from '../resources/index.ts';
import type { Resource } from '../store/resource.ts';
import type { NewInstance } from '../store/write.ts';
import type { Context } from './context.ts';

/** A resource in the making. */
export interface Draft {
  readonly parent: Resource;
  readonly definition: ResourceDefinition;
  /** Attributes as they will be stored; rules fill in what the CSE chooses. */
  readonly attributes: JsonObject;
  readonly asker: Asker;
  /** Identifier the resource will have. */
  readonly ri: string;
}

/** A change in the making. */
export interface Change {
  readonly resource: Resource;
  /** What the request sets (null removes). */
  readonly given: JsonObject;
  /** Attributes as they will be stored. */
  readonly attributes: JsonObject;
  readonly asker: Asker;
}

/** What caused a change of a resource that holds instances. */
export interface InstanceChange {
  readonly given: JsonObject;
  readonly originator: string;
}

/** What becomes of the instances of a resource that is changed. */
export interface Instances {
  /** How many stay at most. */
  readonly keep?: number;
  /** One that is stored in the same transaction. */
  readonly append?: Omit<NewInstance, 'effects'>;
}

/** What the standard demands of one type beyond its attribute table. Each refuses by throwing `Refused`. */
export interface TypeRules {
  readonly create?: (context: Context, draft: Draft) => void | Promise<void>;
  /** After the resource is stored; a refusal takes it away again. */
  readonly created?: (context: Context, resource: Resource, asker: Asker) => void | Promise<void>;
  /**
   * What an UPDATE asks of a resource that answers instead of changing; called before anything is changed.
   * @returns attributes of the answer; undefined when the UPDATE is an ordinary one
   */
  readonly answer?: (context: Context, given: JsonObject) => Promise<JsonObject | undefined>;
  readonly update?: (context: Context, change: Change) => void | Promise<void>;
  /** What a change means for the instances of the resource. @param before undefined for a CREATE */
  readonly instances?: (resource: Resource, before: Resource | undefined, change: InstanceChange) => Instances;
  /** After the change is stored. @param before the resource as it was @param given what the request set */
  readonly updated?: (
    context: Context,
    resource: Resource,
    before: Resource,
    asker: Asker,
    given: JsonObject,
  ) => void | Promise<void>;
  /** Before a DELETE is carried out; expiration does not ask. */
  readonly delete?: (context: Context, resource: Resource, asker: Asker) => void | Promise<void>;
}
