import { operation } from '../primitive.ts';
import type { Call, Context } from '../procedures/context.ts';
import { findTarget } from '../procedures/target.ts';
import { Refused } from '../refusal.ts';

const transactionType = 51;

/**
 * Refuses what a lock does not allow: any operation on the resource, or any but RETRIEVE (TS-0001 §9.6.48). To ask for a
 * lock is always allowed.
 *
 * @throws Refused TRANSACTION_PROCESSING_IS_INCOMPLETE
 */
export async function refuseLocked(context: Context, { request, transaction }: Call): Promise<void> {
  const { op, to, ty } = request;
  if (op === operation.notify || (op === operation.create && ty === transactionType)) return;
  const { resource } = await findTarget(context, to);
  if (context.locks.blocks(resource.ri, op === operation.retrieve, transaction))
    throw new Refused('TRANSACTION_PROCESSING_IS_INCOMPLETE', `to: ${resource.path} is locked by a transaction`);
}
