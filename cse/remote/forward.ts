import { type RemoteAddress, spRelative } from '../address.ts';
import { operation, type RequestPrimitive } from '../primitive.ts';
import type { Answer, Call, Context } from '../procedures/context.ts';
import { badRequest, Refused } from '../refusal.ts';
import { fromAbsoluteOrRelative, toTimestamp } from '../timestamp.ts';
import { travelsAggregated } from './deliveries.ts';
import { peerOf } from './peer.ts';
import { nextHop } from './route.ts';

const aeType = 2;
const remoteCseType = 16;
const firstRelease = '1';
const passingMax = 10_000;

/**
 * Passes a request on to the CSE that leads to its target (TS-0004 §7.3.2.6, TS-0001 §8.2.1.1). Neither access rights
 * nor content are looked at here: that is for the hosting CSE.
 *
 * @throws Refused NOT_FOUND, TARGET_NOT_REACHABLE, REQUEST_TIMEOUT; BAD_REQUEST for a registration
 */
export async function forward(
  context: Context,
  { request, asker, session }: Call,
  address: RemoteAddress,
): Promise<Answer> {
  if (request.op === operation.create && (request.ty === aeType || request.ty === remoteCseType)) {
    throw badRequest(`to: who registers addresses its registrar CSE itself, not ${request.to}`);
  }
  const { remote, names } = context;
  const hop = await nextHop(context, request.to, address, peerOf(session));
  const now = Date.now();
  const times = absoluteTimes(request, now);
  const from = spRelative(asker.originator, names);
  const outgoing: RequestPrimitive = {
    ...withoutResponseType(request),
    ...times,
    fr: address.spId === undefined || from.startsWith('//') ? from : `${names.spId}${from}`,
  };
  const deadline = Math.min(...['rqet', 'rset'].flatMap((name) => fromTime(times[name], now)));
  if (travelsAggregated(request) && address.spId === undefined) {
    const lifeMs = Math.min(deadline - now, context.settings.deliveryLifespanSeconds * 1000);
    return context.deliveries.accept(outgoing, from, address.cseId, lifeMs);
  }
  const key = `${outgoing.fr}\n${outgoing.rqi}\n${outgoing.op}\n${outgoing.to}`;
  if (remote.passing.has(key)) throw new Refused('NOT_FOUND', `to: the way to ${request.to} goes round in a circle`);
  if (remote.passing.size >= passingMax)
    throw new Refused('TARGET_NOT_REACHABLE', `${passingMax} requests are being passed on already`);
  remote.passing.add(key);
  try {
    const response = await remote.links.send(hop.cseId, forRelease(outgoing, hop.releases), deadline - now);
    const { rqi: _rqi, rvi: _rvi, ...answer } = response;
    return answer;
  } finally {
    remote.passing.delete(key);
  }
}

/** Relative times count from the reception by the first CSE; the next must not count anew. */
function absoluteTimes(request: RequestPrimitive, now: number): Partial<Record<string, string>> {
  const times: Partial<Record<string, string>> = {};
  for (const name of ['rqet', 'rset', 'oet', 'rp'] as const) {
    const value = request[name];
    const time = value === undefined ? undefined : fromAbsoluteOrRelative(value, now);
    if (time === undefined) continue;
    if (time <= now && name !== 'rp') throw new Refused('REQUEST_TIMEOUT', `${name}: ${value} has passed`);
    times[name] = toTimestamp(time);
  }
  return times;
}

const fromTime = (text: string | undefined, now: number): number[] => {
  const time = text === undefined ? undefined : fromAbsoluteOrRelative(text, now);
  return time === undefined ? [] : [time];
};

/** This CSE waits for the answer, whatever the originator chose: what is non-blocking is so towards the originator. */
function withoutResponseType({ rt: _rt, ...request }: RequestPrimitive): RequestPrimitive {
  return request;
}

/** A CSE of release 1 knows neither the release nor vendor information (TS-0004 §7.3.2.6). */
function forRelease(request: RequestPrimitive, releases: readonly string[] = []): RequestPrimitive {
  if (releases.length === 0 || releases.some((release) => release !== firstRelease)) return request;
  const { rvi: _rvi, vsi: _vsi, ...rest } = request;
  return rest;
}
