import type { Resource } from '../store/resource.ts';
import type { Answer, Call, Context } from './context.ts';

/**
 * Takes a notification that is addressed to a resource of this CSE.
 * Says itself who may send one; `notify` has only found the resource.
 */
export type Receiver = (context: Context, call: Call, resource: Resource) => Promise<Answer>;
