import { messageOf } from '#platform';
import type { Asker } from '../access/access.ts';
import { right } from '../access/rule.ts';
import type { JsonObject, RequestPrimitive, ResponsePrimitive } from '../primitive.ts';
import { badRequest, Refused } from '../refusal.ts';
import { asResponse } from '../serialization/index.ts';
import type { Resource } from '../store/resource.ts';
import { fromTimestamp } from '../timestamp.ts';
import type { Context } from './context.ts';
import type { VirtualProcedure, VirtualTarget } from './virtual-target.ts';

/** Requests handed out in one aggregated answer. */
const aggregatedMax = 100;

/** RETRIEVE of <pollingChannelURI>: waits for requests to the poller (TS-0004 §7.4.22.2.2). */
export const poll: VirtualProcedure = async (context, { request, session, asker, signal }, target) => {
  const channel = await channelIn(context, asker, target);
  const { polling } = context;
  const { pollMs, pollMsMax } = polling.limits;
  const left = request.rqet === undefined ? pollMs : (fromTimestamp(request.rqet) ?? 0) - Date.now();
  const ended = new AbortController();
  const timer = setTimeout(() => ended.abort(), Math.min(left, pollMsMax));
  let handedOut: readonly RequestPrimitive[] = [];
  // What was handed to a connection that is gone before it took it is offered to the next poll.
  session.onGone?.(() => {
    ended.abort();
    polling.offerAgain(channel, handedOut);
  });
  try {
    const until = signal === undefined ? ended.signal : AbortSignal.any([ended.signal, signal]);
    handedOut = await polling.poll(channel, channel.attributes.rqag === true ? aggregatedMax : 1, until);
  } finally {
    clearTimeout(timer);
  }
  if (handedOut.length === 0) throw new Refused('REQUEST_TIMEOUT', `no request came to ${channel.path}; poll again`);
  return { rsc: 2000, pc: content(handedOut, channel) };
};

/** `m2m:rqp`, or from release 4 on a list of them as `m2m:agrp` (`rqag`). */
function content(requests: readonly RequestPrimitive[], { attributes }: Resource): JsonObject {
  const wrapped = requests.map((request) => ({ 'm2m:rqp': request as object as JsonObject }));
  return attributes.rqag === true ? { 'm2m:agrp': wrapped } : (wrapped[0] ?? {});
}

/** NOTIFY of <pollingChannelURI>: the poller answers a request it was handed (TS-0004 §7.4.22.2.5, §7.5.1.2.7). */
export const answerPolled: VirtualProcedure = async (context, { request: { pc }, asker }, target) => {
  const channel = await channelIn(context, asker, target);
  const response = responseIn(pc);
  if (!context.polling.answer(channel, response))
    throw badRequest(`m2m:rsp/rqi: no request "${response.rqi}" waits for an answer in ${channel.path}`);
  return { rsc: 2000 };
};

function responseIn(pc: JsonObject | undefined): ResponsePrimitive {
  const content = pc?.['m2m:rsp'];
  if (content === undefined) throw badRequest('pc: a response "m2m:rsp" is expected');
  try {
    return asResponse(content);
  } catch (error) {
    throw badRequest(`m2m:rsp: ${messageOf(error)}`);
  }
}

/** The channel, if it belongs to the asker. */
async function channelIn({ access }: Context, asker: Asker, { parent, rest }: VirtualTarget): Promise<Resource> {
  if (rest !== '') throw new Refused('NOT_FOUND', `to: there is nothing below ${parent.path}/pcu`);
  if (!(await access.permits(asker, right.retrieve, parent)))
    throw new Refused('ORIGINATOR_HAS_NO_PRIVILEGE', `${asker.originator} is not whom ${parent.path} belongs to`);
  return parent;
}
