import type { RequestPrimitive } from '../primitive.ts';
import type { Context } from '../procedures/context.ts';
import { findTarget } from '../procedures/target.ts';
import { findVirtual } from '../procedures/virtual.ts';
import { badRequest, Refused } from '../refusal.ts';
import type { Timing } from './timing.ts';

/** Values of the response type, TS-0004 §6.3.4.2.7. */
const responseType = { synchronous: 1, asynchronous: 2, blocking: 3, flexible: 4 } as const;

export type CommunicationMethod = 'blocking' | 'synchronous' | 'asynchronous';

export const requestType = 17;

/** Whether the originator waits for the result, without having to look at the target. */
export const isPlainlyBlocking = ({ rt }: RequestPrimitive): boolean =>
  rt === undefined || (rt.rtv !== responseType.synchronous && rt.rtv !== responseType.asynchronous && rt.rtv !== 4);

/**
 * How a request is answered (TS-0004 §7.2.2.2, Recv-2.0). A flexible one is answered with its result, unless it is to be
 * carried out later.
 *
 * @throws Refused BAD_REQUEST for a target that can only be asked in blocking mode (TS-0004 §7.4.12.2, §7.4.22.2.2)
 */
export async function communicationMethod(
  context: Context,
  request: RequestPrimitive,
  timing: Timing,
): Promise<CommunicationMethod> {
  if (isPlainlyBlocking(request)) return 'blocking';
  const flexible = request.rt?.rtv === responseType.flexible;
  if (flexible && timing.oet === undefined) return 'blocking';
  const only = await blockingOnly(context, request.to);
  if (only !== undefined) {
    if (flexible) return 'blocking';
    throw badRequest(`rt: 3 (blocking) is expected for ${only}, found ${request.rt?.rtv}`);
  }
  if (!flexible) return request.rt?.rtv === responseType.asynchronous ? 'asynchronous' : 'synchronous';
  return request.rt?.nu === undefined ? 'synchronous' : 'asynchronous';
}

/** What the target is, when it is a <request> or a <pollingChannelURI>; whether it exists is told by the operation. */
async function blockingOnly(context: Context, to: string): Promise<string | undefined> {
  try {
    const virtual = await findVirtual(context, to);
    if (virtual !== undefined) return virtual.name === 'pcu' ? 'a <pollingChannelURI>' : undefined;
    const { resource } = await findTarget(context, to);
    return resource.ty === requestType ? 'a <request>' : undefined;
  } catch (error) {
    if (error instanceof Refused && error.status === 'NOT_FOUND') return undefined;
    throw error;
  }
}
