import { randomUUID } from 'node:crypto';
import type { Asker } from '../access/access.ts';
import { type JsonObject, operation, type RequestPrimitive } from '../primitive.ts';
import type { Answer, Context } from '../procedures/context.ts';
import { responseStatus } from '../response-status.ts';
import type { Resource } from '../store/resource.ts';

/**
 * Puts the input of an action into the content of its primitive: the attribute `raid` of the resource `rsid`, read with the
 * originator's rights, becomes the attribute `cstr` of the content.
 *
 * @returns the completed request, or the answer that stands for a value that cannot be read
 */
export async function withInput(
  context: Context,
  action: Resource,
  request: RequestPrimitive,
  asker: Asker,
): Promise<RequestPrimitive | Answer> {
  const input = action.attributes.ipu;
  if (input === undefined) return request;
  const { cstr, rsid, raid } = input as { cstr: string; rsid: string; raid: string };
  const answer = await context.perform(
    { op: operation.retrieve, to: rsid, fr: asker.originator, rqi: randomUUID() },
    asker,
  );
  if (answer.rsc !== responseStatus.OK.rsc) return answer;
  const value = (Object.values(answer.pc ?? {})[0] as JsonObject | undefined)?.[raid];
  if (value === undefined) {
    const { rsc } = responseStatus.NOT_FOUND;
    return { rsc, pc: { 'm2m:dbg': `ipu: ${rsid} has no ${raid} at the moment` } };
  }
  const [element = '', content = {}] = Object.entries(request.pc ?? {})[0] ?? [];
  return { ...request, pc: { [element]: { ...(content as JsonObject), [cstr]: value } } };
}
