import type { GroupAttributes } from '../resources/group.ts';
import type { Resource } from '../store/resource.ts';

/** How a group collects notifications: `nar`, or else one of each member (TS-0004 §7.4.14.2.5). */
export function aggregationOf({ attributes }: Resource): { readonly num?: number; readonly dur?: string } {
  const { nar, cnm } = attributes as unknown as GroupAttributes;
  return nar ?? { num: cnm };
}
