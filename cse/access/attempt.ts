import type { RequestPrimitive } from '../primitive.ts';
import type { Resource } from '../store/resource.ts';
import type { Asker } from './asker.ts';
import type { Right } from './rule.ts';

/** A request that the policies of a resource do not grant, and about which somebody else is asked. */
export interface Attempt {
  readonly asker: Asker;
  readonly request: RequestPrimitive;
  readonly asked: Right;
  readonly resource: Resource;
  /** Type that shall be created below the resource. */
  readonly childType?: number | undefined;
  /** Role-IDs with which the policies would grant it. */
  readonly rolesThatWouldDo: readonly string[];
}
