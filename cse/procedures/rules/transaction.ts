import { aeStem } from '../../address.ts';
import type { JsonObject } from '../../primitive.ts';
import { badRequest, Refused } from '../../refusal.ts';
import { transactionControl, transactionLockType, transactionState } from '../../resources/enumerations.ts';
import { isInstance, type Resource } from '../../store/resource.ts';
import { finishCommit, obey, requestOf } from '../../transactions/execution.ts';
import { isComplete, isFinished, transactionTransitions } from '../../transactions/states.ts';
import { boundedExpiration, millisecondsOf, nextStep, transactionKind } from '../../transactions/times.ts';
import type { Context } from '../context.ts';
import { operationName } from '../primitive-check.ts';
import { findTarget } from '../target.ts';
import type { Change, TypeRules } from '../type-rules.ts';

/** TS-0004 §7.4.61, TS-0001 §10.2.18. */
export const transactionRules: TypeRules = {
  async create(context, { parent, attributes, asker, ri }) {
    if (isInstance(parent.ty))
      throw new Refused('NOT_IMPLEMENTED', 'to: what cannot be changed cannot be locked by a transaction');
    await checkRequest(context, parent, attributes, asker.originator);
    attributes.cr = asker.originator;
    attributes.tltp ??= transactionLockType.of.blockAll;
    attributes.tctl = transactionControl.of.lock;
    attributes.et = boundedExpiration(attributes, context.settings.transactionSecondsMax);
    if ((millisecondsOf(attributes.tltm) ?? 0) > Date.now()) attributes.trst = transactionState.of.initial;
    else await obey(context, { ri, pi: parent.ri, attributes }, attributes, transactionControl.of.lock);
  },
  created: schedule,
  async update(context, change) {
    const { resource, given, attributes, asker } = change;
    if (given.et !== undefined) attributes.et = boundedExpiration(attributes, context.settings.transactionSecondsMax);
    if (given.tctl === undefined) return;
    if (given.tctl === null) throw badRequest('tctl (transactionControl): it cannot be removed');
    if (asker.originator !== context.names.cseId) checkControl(change);
    await obey(context, resource, attributes, Number(given.tctl));
  },
  async updated(context, resource, _before, _asker, given) {
    if (given.tctl === transactionControl.of.commit) await finishCommit(context, resource);
    else await schedule(context, resource);
  },
  delete: refuseUnfinished,
};

/** Whoever made it controls it, and only along the way the standard draws (TS-0004 §7.4.61.2.3). */
function checkControl({ resource, given, asker }: Change): void {
  const { cr, tctl, trst } = resource.attributes;
  if (asker.originator !== cr)
    throw new Refused('ORIGINATOR_HAS_NO_PRIVILEGE', `tctl (transactionControl): only ${String(cr)} may set it`);
  const allowed = transactionTransitions[Number(trst)] ?? [];
  if (!allowed.includes(Number(given.tctl)))
    throw new Refused(
      'ILLEGAL_TRANSACTION_STATE_TRANSITION_ATTEMPTED',
      `tctl (transactionControl): ${allowed.join(' or ') || 'nothing'} is expected in state ${String(trst)}, found ${String(given.tctl)}`,
    );
  if (!isComplete(tctl, trst)) throw incomplete(resource);
}

/** Before it is over, a transaction can only be aborted (TS-0004 §7.4.61.2.4). */
export function refuseUnfinished(_context: Context, resource: Resource): void {
  if (!isFinished(resource.attributes.trst)) throw incomplete(resource);
}

export const incomplete = ({ path, attributes: { trst } }: Resource): Refused =>
  new Refused('TRANSACTION_PROCESSING_IS_INCOMPLETE', `to: ${path} is in state ${String(trst)}; abort it, or wait`);

/** The request has to be for the resource the <transaction> is below, and by whoever makes it. */
async function checkRequest(
  context: Context,
  parent: Resource,
  attributes: JsonObject,
  originator: string,
): Promise<void> {
  const { op, to, fr } = requestOf(attributes);
  const name = 'm2m:rqp (requestPrimitive)';
  if (operationName(op) === undefined) throw badRequest(`${name}: op: 1 to 5 is expected, found ${JSON.stringify(op)}`);
  if (typeof fr !== 'string' || aeStem(fr, context.names) !== originator)
    throw badRequest(`${name}: fr: ${originator} is expected, found ${JSON.stringify(fr)}`);
  if (typeof to !== 'string') throw badRequest(`${name}: to: an address is expected`);
  const { resource, virtual, attribute } = await findTarget(context, to);
  if (resource.ri !== parent.ri || virtual !== undefined || attribute !== undefined)
    throw badRequest(`${name}: to: the parent ${parent.path} is expected, found ${to}`);
}

/** Times of its own let a transaction go on by itself. */
async function schedule({ timetable }: Context, { no, attributes }: Resource): Promise<void> {
  const next = nextStep(attributes);
  if (next !== undefined) await timetable.put(transactionKind, no, Math.max(0, next.at - Date.now()));
}
