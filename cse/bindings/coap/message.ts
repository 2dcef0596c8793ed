import type { IncomingMessage } from 'coap';
import { type JsonObject, operation, type RequestPrimitive, type ResponsePrimitive } from '../../primitive.ts';
import { responseStatus, statusName } from '../../response-status.ts';
import {
  asRequest,
  asResponse,
  type Format,
  type Limits,
  Malformed,
  readMediaType,
  serializations,
} from '../../serialization/index.ts';
import { pathSegments, readQuery, targetOf, writeQuery } from '../query.ts';
import { contentFormat, isUnknownCritical, listOptions, optionTable } from './options.ts';

/** An option with its value as it is on the wire, or as the library read it. */
export interface CoapOption {
  readonly name: number | string;
  readonly value: unknown;
}

/** A message without what belongs to the exchange (type, message identifier, token, blocks). */
export interface CoapMessage {
  /** `0.02`, or a method name in what is sent; `2.05`. */
  readonly code: string;
  readonly options: readonly CoapOption[];
  readonly payload: Buffer;
}

/** What the `coap` library received; blocks are put together already. */
export const messageOf = ({ code, payload, _packet }: IncomingMessage): CoapMessage => ({
  code,
  options: _packet.options ?? [],
  payload,
});

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

export interface OutgoingRequest {
  readonly method: Method;
  readonly path: readonly string[];
  readonly query: readonly string[];
  readonly options: readonly { readonly name: string; readonly value: Buffer }[];
  readonly payload: Buffer;
}

const methods = { 1: 'POST', 2: 'GET', 3: 'PUT', 4: 'DELETE', 5: 'POST' } as const satisfies Record<number, Method>;

/** Operations that a method stands for in a blocking request, TS-0008 Table 6.2.1-1; POST depends on the type. */
const operations: Readonly<Record<string, number>> = {
  '0.01': operation.retrieve,
  '0.03': operation.update,
  '0.04': operation.delete,
};

/** `2.04`: NOTIFY succeeded, TS-0008 Table 6.2.4-1. */
const changed = '2.04';

/** A CoAP request that says the same as the primitive, TS-0008 §6.2. */
export function coapRequestOf(request: RequestPrimitive, format: Format, token?: string): OutgoingRequest {
  const blocking = request.rt === undefined || request.rt.rtv === 3;
  const payload =
    request.pc === undefined || request.op === operation.retrieve
      ? Buffer.alloc(0)
      : serializations[format].encode(request.pc);
  const query = writeQuery(request).map(([name, value]) => `${name}=${value}`);
  return {
    method: blocking ? methods[request.op] : 'POST',
    path: pathSegments(request.to),
    query: [...query, ...(blocking ? [] : [`op=${request.op}`]), ...(token === undefined ? [] : [`tkns=${token}`])],
    options: [
      ...optionsOf(request),
      ...(request.rt?.nu === undefined ? [] : [listOption(listOptions.notificationUris, request.rt.nu.join('&'))]),
      ...(request.grtm === undefined ? [] : [listOption(listOptions.groupMembers, request.grtm.join('+'))]),
      ...(payload.length === 0 ? [] : [formatOption('Content-Format', format)]),
      formatOption('Accept', format),
    ],
    payload,
  };
}

/**
 * Reads a request, TS-0008 §6.2.
 *
 * @returns the request without its tokens, the tokens, and how to write the answer
 * @throws Malformed
 */
export function requestPrimitiveOf(
  message: CoapMessage,
  limits: Limits,
): { request: RequestPrimitive; tokens: readonly string[]; format: Format } {
  const parameters: JsonObject = readOptions(message.options);
  const rqi = typeof parameters.rqi === 'string' ? parameters.rqi : undefined;
  const refuse = (
    why: string,
    status: 'BAD_REQUEST' | 'OPERATION_NOT_ALLOWED' | 'NOT_ACCEPTABLE' = 'BAD_REQUEST',
  ): never => {
    throw new Malformed(why, { status, rqi });
  };
  const unknown = message.options.find(({ name }) => isUnknownCritical(String(name)));
  if (unknown !== undefined) refuse(`the critical option ${unknown.name} is not understood`);
  const query = texts(message.options, 'Uri-Query').map((argument): [string, string] => {
    const at = argument.indexOf('=');
    return at < 0 ? [argument, ''] : [argument.slice(0, at), argument.slice(at + 1)];
  });
  const { tkns = [], op: given, rt, ...fromQuery } = readQuery(query);
  const post = parameters.ty === undefined ? operation.notify : operation.create;
  const op = given ?? (message.code === '0.02' ? post : operations[message.code]);
  if (op === undefined) refuse(`the method ${message.code} is none of the binding`, 'OPERATION_NOT_ALLOWED');
  const format = contentFormatOf(message.options);
  if (format === undefined) {
    throw new Malformed('the Content-Format is not supported; use 50 (JSON) or 60 (CBOR)', {
      status: 'UNSUPPORTED_MEDIA_TYPE',
      rqi,
    });
  }
  const answerFormat =
    accepted(message.options, format) ?? refuse('none of the accepted formats is supported', 'NOT_ACCEPTABLE');
  const nu = textOption(message.options, listOptions.notificationUris)?.split('&');
  const grtm = textOption(message.options, listOptions.groupMembers)?.split('+');
  const responseType =
    rt === undefined && nu === undefined ? undefined : { ...(rt ?? { rtv: 3 }), ...(nu === undefined ? {} : { nu }) };
  try {
    const request = asRequest({
      ...parameters,
      ...(fromQuery as JsonObject),
      op: op ?? 0,
      to: targetOf(texts(message.options, 'Uri-Path')),
      ...(responseType === undefined ? {} : { rt: responseType as unknown as JsonObject }),
      ...(grtm === undefined ? {} : { grtm }),
      ...(message.payload.length === 0 ? {} : { pc: serializations[format].decode(message.payload, limits) }),
    });
    return { request, tokens: tkns, format: answerFormat };
  } catch (error) {
    if (error instanceof Malformed) throw new Malformed(error.message, { status: error.status, rqi, cause: error });
    throw error;
  }
}

/** A CoAP response that says the same as the primitive, TS-0008 §6.2.4. */
export function coapResponseOf(
  response: ResponsePrimitive,
  format: Format,
  op: number | undefined,
): { code: string; options: { name: string; value: Buffer }[]; payload: Buffer } {
  const name = statusName(response.rsc);
  const code = name === undefined ? '5.00' : responseStatus[name].coap;
  const payload = response.pc === undefined ? Buffer.alloc(0) : serializations[format].encode(response.pc);
  const uri = response.pc?.['m2m:uri'];
  return {
    code: name === 'OK' && op === operation.notify ? changed : code,
    options: [
      ...optionsOf(response),
      ...(typeof uri === 'string'
        ? pathSegments(uri).map((segment) => ({ name: 'Location-Path', value: Buffer.from(segment) }))
        : []),
      ...(payload.length === 0 ? [] : [formatOption('Content-Format', format)]),
      // Nothing between the originator and us may answer from a cache (TS-0008 §6.4).
      { name: 'Max-Age', value: Buffer.alloc(0) },
    ],
    payload,
  };
}

const codeByCoap = new Map<string, number>(
  Object.values(responseStatus)
    .toReversed()
    .map(({ rsc, coap }) => [coap, rsc]),
);

/** Reads a response. @throws Malformed */
export function responsePrimitiveOf(
  message: CoapMessage,
  request: RequestPrimitive,
  limits: Limits,
): ResponsePrimitive {
  const parameters = readOptions(message.options);
  const rsc = parameters.rsc ?? (message.code === changed ? responseStatus.OK.rsc : codeByCoap.get(message.code));
  if (rsc === undefined) throw new Malformed(`${message.code} without oneM2M-RSC is not an answer of a CSE`);
  const format = contentFormatOf(message.options);
  const content = message.payload.length > 0 && format !== undefined;
  return asResponse({
    ...parameters,
    rsc,
    rqi: parameters.rqi ?? request.rqi,
    ...(content ? { pc: serializations[format].decode(message.payload, limits) } : {}),
  });
}

const optionsOf = (primitive: RequestPrimitive | ResponsePrimitive): { name: string; value: Buffer }[] =>
  optionTable.flatMap(({ number, parameter, format }) => {
    const value = (primitive as object as Readonly<Record<string, unknown>>)[parameter];
    return typeof value === 'string' || typeof value === 'number'
      ? [{ name: String(number), value: format.write(value) }]
      : [];
  });

function readOptions(options: readonly CoapOption[]): JsonObject {
  const parameters: JsonObject = {};
  for (const { number, parameter, format } of optionTable) {
    const found = options.filter(({ name }) => Number(name) === number);
    if (found.length > 1) throw new Malformed(`the option ${number} (${parameter}) occurs more than once`);
    const bytes = found[0]?.value;
    if (!Buffer.isBuffer(bytes)) continue;
    try {
      parameters[parameter] = format.read(bytes);
    } catch (cause) {
      throw new Malformed(`the option ${number} (${parameter}) is not valid UTF-8`, { cause });
    }
  }
  return parameters;
}

const listOption = (number: number, value: string): { name: string; value: Buffer } => ({
  name: String(number),
  value: Buffer.from(value),
});

const formatOption = (name: 'Content-Format' | 'Accept', format: Format): { name: string; value: Buffer } => ({
  name,
  value: Buffer.of(contentFormat[format]),
});

const texts = (options: readonly CoapOption[], wanted: string): string[] =>
  options.filter(({ name }) => name === wanted).map(({ value }) => String(value));

const textOption = (options: readonly CoapOption[], number: number): string | undefined => {
  const value = options.find(({ name }) => Number(name) === number)?.value;
  return value === undefined ? undefined : String(value);
};

/** JSON when nothing is said. */
function contentFormatOf(options: readonly CoapOption[]): Format | undefined {
  const value = options.find(({ name }) => name === 'Content-Format')?.value;
  return value === undefined ? 'json' : typeof value === 'string' ? readMediaType(value)?.format : undefined;
}

function accepted(options: readonly CoapOption[], preferred: Format): Format | undefined {
  const value = options.find(({ name }) => name === 'Accept')?.value;
  return value === undefined ? preferred : typeof value === 'string' ? readMediaType(value)?.format : undefined;
}
