import type { Resource } from '../store/resource.ts';
import type { Answer, Call, Context } from './context.ts';

/** A virtual resource as a request addresses it (TS-0004 §6.8). */
export interface VirtualTarget {
  readonly parent: Resource;
  /** `fopt` */
  readonly name: string;
  /** What follows the name in the address: `a/b` in `grp/fopt/a/b`; empty when nothing does. */
  readonly rest: string;
}

export type VirtualProcedure = (context: Context, call: Call, target: VirtualTarget) => Promise<Answer>;
