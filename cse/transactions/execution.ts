import { randomUUID } from 'node:crypto';
import type { Asker } from '../access/access.ts';
import { type JsonObject, operation, type RequestPrimitive } from '../primitive.ts';
import type { Answer, Context } from '../procedures/context.ts';
import { badRequest } from '../refusal.ts';
import { transactionControl, transactionState } from '../resources/enumerations.ts';
import type { Resource } from '../store/resource.ts';
import { associationOf } from './locks.ts';

const control = transactionControl.of;
const state = transactionState.of;
const request = 'm2m:rqp';
const response = 'm2m:rsp';

/** The request of a <transaction>, as it would arrive by itself. */
export function requestOf(attributes: JsonObject): RequestPrimitive {
  const { rqi, ...given } = attributes[request] as JsonObject;
  return { ...given, rqi: typeof rqi === 'string' ? rqi : randomUUID() } as unknown as RequestPrimitive;
}

/** Whose request it is. */
export const creatorOf = ({ cr }: JsonObject): Asker => ({
  originator: String(cr),
  authenticated: true,
  registered: true,
});

/**
 * Does what a <transaction> is told (TS-0001 §10.2.18.1) and sets its state and response. EXECUTE finds out what the
 * request leads to; COMMIT makes it so. What would take the <transaction> away with its target is done afterwards.
 *
 * @param attributes of the <transaction> as they will be stored
 */
export async function obey(
  context: Context,
  transaction: Pick<Resource, 'ri' | 'pi' | 'attributes'>,
  attributes: JsonObject,
  told: number,
): Promise<void> {
  switch (told) {
    case control.lock:
      delete attributes[response];
      attributes.trst = context.locks.claim({ ...transaction, attributes }) ? state.locked : state.error;
      return;
    case control.execute: {
      const answer = await carryOut(context, attributes, 'rehearse');
      attributes.trst = isSuccess(answer) ? state.executed : state.error;
      keep(attributes, answer);
      return;
    }
    case control.commit: {
      const { op } = requestOf(attributes);
      attributes.trst = state.committed;
      if (op === operation.retrieve || op === operation.delete) return;
      // Storing the new state may have to be tried again; the request is not carried out again.
      const answer = context.locks.committed.get(transaction.ri) ?? (await carryOut(context, attributes, 'perform'));
      context.locks.committed.set(transaction.ri, answer);
      if (!isSuccess(answer)) attributes.trst = state.error;
      keep(attributes, answer);
      return;
    }
    case control.abort:
      attributes.trst = state.aborted;
      return;
    default:
      throw badRequest(`tctl (transactionControl): a <transaction> cannot be told ${told}`);
  }
}

/** After a COMMIT is stored: a DELETE takes the target, and the <transaction> below it. */
export async function finishCommit(context: Context, { ri, attributes }: Resource): Promise<void> {
  context.locks.committed.delete(ri);
  if (attributes.trst === state.committed && requestOf(attributes).op === operation.delete) {
    const answer = await carryOut(context, attributes, 'perform');
    if (!isSuccess(answer))
      context.log.warn({ transaction: ri, rsc: answer.rsc }, 'a committed transaction could not delete its target');
  }
}

function carryOut(context: Context, attributes: JsonObject, how: 'rehearse' | 'perform'): Promise<Answer> {
  const association = associationOf(attributes.tid, attributes.cr);
  return context.transact(how, requestOf(attributes), creatorOf(attributes), association);
}

function keep(attributes: JsonObject, answer: Answer): void {
  const { rqi, rvi } = requestOf(attributes);
  attributes[response] = { ...answer, rqi, ...(rvi === undefined ? {} : { rvi }) } as JsonObject;
}

const isSuccess = ({ rsc }: Answer): boolean => rsc >= 2000 && rsc < 3000;
