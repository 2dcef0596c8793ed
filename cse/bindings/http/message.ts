import type { Dispatcher } from 'undici';
import {
  type Json,
  type JsonObject,
  operation,
  type RequestPrimitive,
  type ResponsePrimitive,
} from '../../primitive.ts';
import { responseStatus } from '../../response-status.ts';
import {
  type Format,
  isFormat,
  Malformed,
  mediaType,
  readMediaType,
  resultLimits,
  serializations,
} from '../../serialization/index.ts';
import { pathSegments, writeQuery } from '../query.ts';

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const methods = { 1: 'POST', 2: 'GET', 3: 'PUT', 4: 'DELETE', 5: 'POST' } as const;

/** Parameters that are headers, TS-0009 Table 6.4.0-1. */
const headerNames = {
  fr: 'X-M2M-Origin',
  rqi: 'X-M2M-RI',
  rvi: 'X-M2M-RVI',
  ot: 'X-M2M-OT',
  rqet: 'X-M2M-RET',
  rset: 'X-M2M-RST',
  oet: 'X-M2M-OET',
  ec: 'X-M2M-EC',
  gid: 'X-M2M-GID',
  vsi: 'X-M2M-VSI',
} as const satisfies Partial<Record<keyof RequestPrimitive, string>>;

const pathOf = (to: string): string => `/${pathSegments(to).map(encodeURIComponent).join('/')}`;

function queryOf(request: RequestPrimitive): string {
  // Tokens would stand in Authorization (TS-0009 §6.4.19), where the credential stands already.
  const tokens = (request.tkns ?? []).map((token) => ['tkns', token]);
  const query = new URLSearchParams([...writeQuery(request), ...tokens]).toString();
  return query === '' ? '' : `?${query}`;
}

/** An HTTP request that says the same as the primitive, TS-0009 §6. */
export function httpRequestOf(
  request: RequestPrimitive,
  format: Format,
  token: string | undefined,
): Pick<Dispatcher.RequestOptions, 'method' | 'path'> & { headers: Record<string, string>; body: Buffer | null } {
  const headers: Record<string, string> = { Accept: mediaType(format) };
  for (const [parameter, header] of Object.entries(headerNames)) {
    const value = request[parameter as keyof typeof headerNames];
    if (value !== undefined) headers[header] = String(value);
  }
  if (request.rt?.nu !== undefined) headers['X-M2M-RTU'] = request.rt.nu.join('&');
  if (token !== undefined) headers.Authorization = `Bearer ${token}`;
  const hasBody = request.pc !== undefined && request.op !== operation.retrieve;
  if (hasBody) headers['Content-Type'] = mediaType(format) + (request.ty === undefined ? '' : `;ty=${request.ty}`);
  return {
    method: methods[request.op],
    path: pathOf(request.to) + queryOf(request),
    headers,
    body: hasBody ? serializations[format].encode(request.pc ?? null) : null,
  };
}

/** Which code a peer meant that answers without X-M2M-RSC. */
const codeByHttpStatus = new Map<number, number>(
  Object.values(responseStatus)
    .toReversed()
    .map(({ rsc, http }) => [http, rsc]),
);

/** @throws Malformed when the answer is not one of oneM2M */
export function responsePrimitiveOf(
  statusCode: number,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  body: Uint8Array,
  request: RequestPrimitive,
): ResponsePrimitive {
  const header = (name: string): string | undefined => {
    const value = headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
  const rsc = Number(header('x-m2m-rsc') ?? codeByHttpStatus.get(statusCode) ?? Number.NaN);
  if (!Number.isInteger(rsc)) throw new Malformed(`HTTP ${statusCode} without X-M2M-RSC is not an answer of a CSE`);
  const contentType = header('content-type');
  const format = contentType === undefined ? undefined : readMediaType(contentType)?.format;
  const content = body.byteLength > 0 && format !== undefined && isFormat(format);
  const cnst = header('x-m2m-cts');
  const cnot = header('x-m2m-cto');
  const ec = header('x-m2m-ec');
  const parameters: { -readonly [Name in 'rvi' | 'ot' | 'rset' | 'vsi']?: string } = {};
  for (const [name, from] of Object.entries({ rvi: 'rvi', ot: 'ot', rset: 'rst', vsi: 'vsi' } as const)) {
    const value = header(`x-m2m-${from}`);
    if (value !== undefined) parameters[name as keyof typeof parameters] = value;
  }
  const pc = content ? (serializations[format].decode(body, resultLimits) as JsonObject) : undefined;
  const ati = header('x-m2m-ati');
  return {
    rsc,
    rqi: header('x-m2m-ri') ?? request.rqi,
    ...parameters,
    ...(ati === undefined ? {} : { ati: assignmentsIn(ati) }),
    ...(ec === undefined ? {} : { ec: Number(ec) }),
    ...(cnst === undefined ? {} : { cnst: Number(cnst) }),
    ...(cnot === undefined ? {} : { cnot: Number(cnot) }),
    ...(isObject(pc?.['m2m:tqf']) ? { tqf: pc['m2m:tqf'] } : pc === undefined ? {} : { pc }),
  };
}

/** Assigned Token Identifiers, `lti:tkid` joined by "+" (TS-0009 §6.4.18). */
const assignmentsIn = (text: string): JsonObject => ({
  ltia: text.split('+').map((pair) => {
    const [lti = '', tkid = ''] = pair.split(':');
    return { lti, tkid };
  }),
});
