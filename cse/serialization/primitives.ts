import type { Json, RequestPrimitive, ResponsePrimitive } from '../primitive.ts';
import { type Format, serializations } from './format.ts';
import { type Limits, requestLimits } from './limits.ts';
import {
  content,
  integer,
  nonEmptyText,
  object,
  type ReadMember,
  readMembers,
  responseType,
  text,
  textList,
  time,
  truth,
} from './members.ts';

const resourceTypeMax = 99_999;
const responseStatusMax = 9_999;

/** Parameters of a request primitive, TS-0004 Table 7.2.1.1-1. */
const requestParameters: Record<keyof RequestPrimitive, ReadMember> = {
  op: integer(1, 5),
  to: nonEmptyText,
  fr: text,
  rqi: nonEmptyText,
  rvi: nonEmptyText,
  ty: integer(1, resourceTypeMax),
  pc: content,
  rcn: integer(0, 99),
  rt: responseType,
  fc: object,
  drt: integer(1, 2),
  ot: time,
  rqet: time,
  rset: time,
  oet: time,
  rp: time,
  ec: integer(1, 999),
  da: truth,
  gid: text,
  grtm: textList,
  sqi: truth,
  tkns: textList,
  tids: textList,
  rids: textList,
  ltids: textList,
  tqi: truth,
  asi: truth,
  aus: textList,
  auri: truth,
  vsi: text,
};

/** Parameters of a response primitive, TS-0004 Table 7.2.1.2-1. */
const responseParameters: Record<keyof ResponsePrimitive, ReadMember> = {
  rsc: integer(1000, responseStatusMax),
  rqi: text,
  rvi: nonEmptyText,
  pc: content,
  to: text,
  fr: text,
  ot: time,
  rset: time,
  ec: integer(1, 999),
  cnst: integer(1, 2),
  cnot: integer(0, Number.MAX_SAFE_INTEGER),
  ati: object,
  tqf: object,
  vsi: text,
};

/**
 * Reads a whole request primitive, as MQTT and WebSocket carry it.
 * @throws Malformed
 */
export const readRequest = (format: Format, bytes: Uint8Array, limits: Limits = requestLimits): RequestPrimitive =>
  asRequest(serializations[format].decode(bytes, limits));

/** Checks the shape of something that was decoded already. @throws Malformed */
export const asRequest = (value: Json): RequestPrimitive =>
  readMembers(value, requestParameters, ['op', 'to', 'rqi'], []) as object as RequestPrimitive;

/** Reads a whole response primitive. @throws Malformed */
export const readResponse = (format: Format, bytes: Uint8Array, limits: Limits = requestLimits): ResponsePrimitive =>
  asResponse(serializations[format].decode(bytes, limits));

/** Checks the shape of something that was decoded already. @throws Malformed */
export const asResponse = (value: Json): ResponsePrimitive =>
  readMembers(value, responseParameters, ['rsc', 'rqi'], ['asri']) as object as ResponsePrimitive;

/** Bytes of a primitive, without the `m2m:rqp`/`m2m:rsp` wrapper (TS-0004 §8.4). */
export const writePrimitive = (format: Format, primitive: RequestPrimitive | ResponsePrimitive): Buffer =>
  serializations[format].encode(primitive as object as Json);
