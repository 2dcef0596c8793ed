import { right } from '../access/rule.ts';
import { isAnnounced } from '../announcement/attributes.ts';
import { checkDeletionOfAnnounced } from '../announcement/rights.ts';
import { Refused } from '../refusal.ts';
import { definitionFor } from '../resources/index.ts';
import { authorize } from './authorize.ts';
import type { Answer, Call, Context } from './context.ts';
import { readFilter } from './filter.ts';
import { matches } from './judge.ts';
import { deleteResource } from './own-delete.ts';
import { content, noMatch } from './retrieve.ts';
import { rulesOf } from './rules.ts';
import { findTarget, refuseDisabledRetrieval, virtualInstance } from './target.ts';

/** DELETE, TS-0004 §7.3.3.8. */
export async function remove(context: Context, call: Call): Promise<Answer> {
  const { resource, virtual } = await findTarget(context, call.request.to);
  // While an UPDATE waits for the answer of a blocking subscription, the resource stays (TS-0001 §9.6.8).
  return virtual === undefined && context.turns.taken(resource.no)
    ? context.turns.take(resource.no, () => removeNow(context, call))
    : removeNow(context, call);
}

async function removeNow(context: Context, call: Call): Promise<Answer> {
  const { request, asker } = call;
  const { resource: addressed, virtual } = await findTarget(context, request.to);
  const definition = definitionFor(addressed);
  if (virtual === undefined && !definition?.deletable) {
    throw new Refused('OPERATION_NOT_ALLOWED', `to: <${definition?.longName}> cannot be deleted`);
  }
  const filter = readFilter(request.fc, context.settings.filterValuesMax);
  if (isAnnounced(addressed.ty)) checkDeletionOfAnnounced(context, asker, addressed);
  else await authorize(context, call, right.delete, addressed);
  if (virtual !== undefined && addressed.attributes.disr === true) {
    throw new Refused('OPERATION_NOT_ALLOWED', `disr (disableRetrieval) of ${addressed.path} forbids this`);
  }
  const resource = virtual === undefined ? addressed : await virtualInstance(context, addressed, virtual);
  await refuseDisabledRetrieval(context, resource);
  if (filter !== undefined && !(await matches(context, call.asker, resource, filter))) throw noMatch(resource);
  const { rcn = 0 } = request;
  const shown = rcn === 0 ? undefined : await content(context, call, resource);
  await rulesOf(resource.ty).delete?.(context, resource, asker);
  await deleteResource(context, resource, asker.originator);
  return { ...shown, rsc: 2002 };
}
