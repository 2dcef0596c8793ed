import type { Asker } from '../access/access.ts';
import type { Json, JsonObject, RequestPrimitive } from '../primitive.ts';
import type { Answer } from '../procedures/call.ts';
import { requestStatus } from '../resources/enumerations.ts';
import { responseStatus } from '../response-status.ts';
import { childOf, type Resource } from '../store/resource.ts';
import { nowTimestamp, toTimestamp } from '../timestamp.ts';
import { requestType } from './communication.ts';

interface NewRequest {
  /** Number in the store. */
  readonly no: number;
  readonly base: Resource;
  /** With absolute times. */
  readonly request: RequestPrimitive;
  readonly asker: Asker;
  /** Milliseconds since 1970. */
  readonly expires: number;
}

/**
 * The <request> resource of a request that was accepted (TS-0004 Tables 7.3.2.2-1 and -2). Its creator is the originator,
 * who thereby may retrieve and delete it and choose its policies; the CSE may do everything.
 */
export function newRequestResource({ no, base, request, asker, expires }: NewRequest): Resource {
  const { op, to, fr: _fr, rqi, pc, rvi = '1', ...optional } = request;
  const ri = `req-${no.toString(36)}`;
  const now = nowTimestamp();
  const attributes: JsonObject = {
    ct: now,
    lt: now,
    et: toTimestamp(expires),
    lbl: [asker.originator],
    op,
    tg: to,
    org: asker.originator,
    rid: rqi,
    mi: { ...(optional as object as JsonObject), rvi },
    ...(pc === undefined ? {} : { pc }),
    rs: requestStatus.of.pending,
    ors: { rsc: responseStatus.ACCEPTED.rsc, rqi },
  };
  return childOf(base, { no, ty: requestType, ri, rn: ri, creator: asker.originator, attributes });
}

/** Response type of the request a <request> stands for. */
export const responseTypeIn = ({ attributes }: Resource): RequestPrimitive['rt'] =>
  (attributes.mi as object as RequestPrimitive | undefined)?.rt;

/** The request to be carried out, now in blocking mode, and whenever its time has come. */
export function requestIn({ attributes }: Resource): RequestPrimitive {
  const { op, tg, org, rid, mi, pc } = attributes;
  const { rt: _rt, oet: _oet, rp: _rp, ...optional } = mi as JsonObject;
  return {
    ...optional,
    op,
    to: tg,
    fr: org,
    rqi: rid,
    ...(pc === undefined ? {} : { pc }),
  } as object as RequestPrimitive;
}

/** The response to the original request, as <request> and notification show it. */
export function resultOf(request: RequestPrimitive, answer: Answer, cseId: string): JsonObject {
  const { rset } = request;
  return {
    ...(answer as object as JsonObject),
    rqi: request.rqi,
    to: request.fr ?? '',
    fr: cseId,
    ot: nowTimestamp(),
    ...(rset === undefined ? {} : { rset }),
  };
}

/** TS-0004 Table 7.3.2.5-2; a refused operation counts as failed. */
export const statusAfter = ({ rsc }: Answer): Json =>
  rsc < 4000 ? requestStatus.of.completed : requestStatus.of.failed;

/** Whether a <request> holds its final result. */
export const isFinished = ({ attributes }: Resource): boolean =>
  attributes.rs === requestStatus.of.completed || attributes.rs === requestStatus.of.failed;
