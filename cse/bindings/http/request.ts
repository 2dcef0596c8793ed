import type { IncomingMessage } from 'node:http';
import type { Json, JsonObject } from '../../primitive.ts';
import { type Operation, operation, type RequestPrimitive } from '../../primitive.ts';
import { badRequest, Refused } from '../../refusal.ts';
import {
  asRequest,
  type Format,
  mediaType,
  negotiateFormat,
  readMediaType,
  serializations,
} from '../../serialization/index.ts';
import { readQuery, targetOf } from '../query.ts';

const depthMax = 64;
const queryLengthMax = 8 * 1024;

/** Header of each request parameter, TS-0009 §6.4. */
const headerParameters = {
  'x-m2m-origin': 'fr',
  'x-m2m-ri': 'rqi',
  'x-m2m-gid': 'gid',
  'x-m2m-ot': 'ot',
  'x-m2m-rst': 'rset',
  'x-m2m-ret': 'rqet',
  'x-m2m-oet': 'oet',
  'x-m2m-ec': 'ec',
  'x-m2m-rvi': 'rvi',
  'x-m2m-vsi': 'vsi',
} as const;

const methodOperations: Readonly<Record<string, Operation>> = {
  GET: operation.retrieve,
  HEAD: operation.retrieve,
  PUT: operation.update,
  DELETE: operation.delete,
};

/**
 * Reads a request primitive out of an HTTP request (TS-0009 §6.2).
 * @throws Refused or Malformed, with what to answer
 */
export function readHttpRequest(request: IncomingMessage, body: Buffer, bytesMax: number): RequestPrimitive {
  const { headers, method = '', url = '/' } = request;
  const type = headers['content-type'] === undefined ? undefined : readMediaType(headers['content-type']);
  if (Number.isNaN(type?.ty))
    throw badRequest(`ty: a resource type number is expected in Content-Type "${headers['content-type']}"`);
  const op =
    method === 'POST' ? (type?.ty === undefined ? operation.notify : operation.create) : methodOperations[method];
  if (op === undefined) {
    throw new Refused(
      'OPERATION_NOT_ALLOWED',
      `HTTP method: one of POST, GET, HEAD, PUT, DELETE is expected, found ${method}`,
    );
  }
  const [path = '/', query = ''] = splitOnce(url, '?');
  const members: JsonObject = { op, to: readPath(path), ...(readQueryText(query) as JsonObject) };
  for (const [header, name] of Object.entries(headerParameters)) {
    const value = headers[header];
    if (typeof value === 'string') members[name] = header === 'x-m2m-ec' && /^\d+$/.test(value) ? Number(value) : value;
  }
  if (members.rqi === undefined) throw badRequest('X-M2M-RI: a request identifier is expected, there is none');
  const targets = headers['x-m2m-rtu'];
  if (typeof targets === 'string' && typeof members.rt === 'object') {
    members.rt = { ...(members.rt as JsonObject), nu: targets === '' ? [] : targets.split('&') };
  }
  const signatures = headers['x-m2m-as'];
  if (typeof signatures === 'string') members.aus = signatures.replaceAll(/\s/g, '').split('+');
  if (op === operation.create && type?.ty !== undefined) members.ty = type.ty;
  if (body.length > 0) members.pc = readContent(body, headers['content-type'], type?.format, bytesMax);
  return asRequest(members);
}

function readContent(body: Buffer, header: string | undefined, format: Format | undefined, bytesMax: number): Json {
  if (format === undefined) {
    throw new Refused(
      'UNSUPPORTED_MEDIA_TYPE',
      `Content-Type: JSON or CBOR is expected, found ${header === undefined ? 'none' : `"${header}"`}`,
    );
  }
  return serializations[format].decode(body, { bytesMax, depthMax });
}

function readPath(path: string): string {
  try {
    return targetOf(path.slice(1).split('/').map(decodeURIComponent));
  } catch {
    throw badRequest('the path of the URL is not correctly percent-encoded');
  }
}

/** A `+` joins values and stands for itself: this is not a form (TS-0009 §6.2.2.2). */
function readQueryText(query: string): ReturnType<typeof readQuery> {
  if (query === '') return {};
  if (query.length > queryLengthMax)
    throw badRequest(`the query of the URL is longer than the ${queryLengthMax} characters that are accepted`);
  try {
    return readQuery(
      query
        .split('&')
        .filter((part) => part !== '')
        .map((part) => {
          const [name = '', value = ''] = splitOnce(part, '=');
          return [decodeURIComponent(name), decodeURIComponent(value)] as const;
        }),
    );
  } catch {
    throw badRequest('the query of the URL is not correctly percent-encoded');
  }
}

/**
 * How the answer is written: what Accept prefers, else the format of the request.
 * @throws Refused NOT_ACCEPTABLE
 */
export function responseFormat({ headers }: IncomingMessage): Format {
  const sent = headers['content-type'] === undefined ? undefined : readMediaType(headers['content-type'])?.format;
  const { accept } = headers;
  if (accept === undefined || accept === '*/*') return sent ?? 'json';
  const format = negotiateFormat(accept, sent ?? 'json');
  if (format === undefined) {
    throw new Refused(
      'NOT_ACCEPTABLE',
      `Accept: ${mediaType('json')}, ${mediaType('cbor')} or ${mediaType('xml')} is expected, found "${accept}"`,
    );
  }
  return format;
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
