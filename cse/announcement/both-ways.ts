import type { JsonObject } from '../primitive.ts';
import type { Call, Context } from '../procedures/context.ts';
import { Refused } from '../refusal.ts';
import { announcedOffset } from '../resources/announced.ts';
import { definitionOf } from '../resources/index.ts';
import { statusName } from '../response-status.ts';
import type { Resource } from '../store/resource.ts';

/**
 * Takes a change of an announced resource to its original, for the same originator (announceSyncType 2).
 * @throws Refused with the status the CSE of the original answers
 */
export async function changeOriginal(
  context: Context,
  { request, asker }: Call,
  announced: Resource,
  given: JsonObject,
): Promise<void> {
  const { lnk, mgd, cnd } = announced.attributes;
  const element = definitionOf(announced.ty - announcedOffset, mgd ?? cnd)?.element ?? '';
  const answer = await context.perform(
    {
      op: request.op,
      to: String(lnk),
      fr: asker.originator,
      rqi: request.rqi,
      rvi: request.rvi ?? '3',
      rcn: 0,
      pc: { [element]: given },
    },
    asker,
  );
  if (answer.rsc < 4000) return;
  const why = answer.pc?.['m2m:dbg'];
  throw new Refused(
    statusName(answer.rsc) ?? 'INTERNAL_SERVER_ERROR',
    `the original ${String(lnk)} does not take the change: ${typeof why === 'string' ? why : answer.rsc}`,
  );
}
