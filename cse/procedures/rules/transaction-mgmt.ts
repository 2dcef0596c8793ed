import { aeStem } from '../../address.ts';
import type { JsonObject } from '../../primitive.ts';
import { badRequest, Refused } from '../../refusal.ts';
import {
  transactionControl,
  transactionLockType,
  transactionMgmtHandling,
  transactionMode,
  transactionState,
} from '../../resources/enumerations.ts';
import { isComplete, managementTransitions } from '../../transactions/states.ts';
import { managementKind, millisecondsOf } from '../../transactions/times.ts';
import type { Change, TypeRules } from '../type-rules.ts';
import { incomplete, refuseUnfinished } from './transaction.ts';

/** TS-0004 §7.4.60, TS-0001 §10.2.18. */
export const transactionMgmtRules: TypeRules = {
  create(context, { attributes, asker }) {
    const { req } = attributes.rqps as { req: JsonObject[] };
    const { transactionRequestsMax } = context.settings;
    if (req.length > transactionRequestsMax)
      throw badRequest(`rqps (requestPrimitives): at most ${transactionRequestsMax} are accepted, found ${req.length}`);
    for (const { fr } of req)
      if (typeof fr !== 'string' || aeStem(fr, context.names) !== asker.originator)
        throw badRequest(`rqps/req/fr (from): ${asker.originator} is expected, found ${JSON.stringify(fr)}`);
    if ((millisecondsOf(attributes.tept) ?? Number.POSITIVE_INFINITY) <= Date.now())
      throw badRequest('tept (transactionExpirationTime): it has passed');
    attributes.cr = asker.originator;
    attributes.tmd ??= transactionMode.of.cseControlled;
    attributes.tltp ??= transactionLockType.of.blockAll;
    attributes.tmr ??= 0;
    attributes.tmh ??= transactionMgmtHandling.of.delete;
    attributes.tctl = transactionControl.of.initial;
    attributes.trst = transactionState.of.initial;
    attributes.rsps = { 'm2m:rsp': [] };
  },
  async created({ timetable }, { no }) {
    await timetable.put(managementKind, no, 0);
  },
  update(_context, change) {
    const { given, asker, resource } = change;
    if (given.tctl === undefined) return;
    if (given.tctl === null) throw badRequest('tctl (transactionControl): it cannot be removed');
    if (asker.originator !== resource.attributes.cr)
      throw new Refused(
        'ORIGINATOR_HAS_NO_PRIVILEGE',
        `tctl (transactionControl): only ${String(resource.attributes.cr)} may set it`,
      );
    checkControl(change);
  },
  async updated({ timetable }, { no }, _before, _asker, given) {
    if (given.tctl !== undefined) await timetable.put(managementKind, no, 0);
  },
  delete: refuseUnfinished,
};

/** TS-0004 §7.4.60.2.3, in its order. */
function checkControl({ resource, given }: Change): void {
  const { tmd, tctl, trst } = resource.attributes;
  if (tmd === transactionMode.of.cseControlled)
    throw badRequest('tctl (transactionControl): this CSE controls the transaction itself (tmd is CSE_CONTROLLED)');
  if (!isComplete(tctl, trst)) throw incomplete(resource);
  const allowed = managementTransitions[Number(trst)] ?? [];
  if (!allowed.includes(Number(given.tctl)))
    throw new Refused(
      'ILLEGAL_TRANSACTION_STATE_TRANSITION_ATTEMPTED',
      `tctl (transactionControl): ${allowed.join(' or ')} is expected in state ${String(trst)}, found ${String(given.tctl)}`,
    );
}
