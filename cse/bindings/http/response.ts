import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JsonObject, ResponsePrimitive } from '../../primitive.ts';
import { responseStatus, statusName } from '../../response-status.ts';
import { type Format, mediaType, serializations } from '../../serialization/index.ts';

const createdStatus = 2001;

/** Writes a response primitive as an HTTP response, TS-0009 §6.3 and §6.4. */
export function writeHttpResponse(
  request: IncomingMessage,
  response: ServerResponse,
  { rsc, rqi, rvi, pc: content, ot, rset, ec, cnst, cnot, ati, tqf, vsi }: ResponsePrimitive,
  format: Format,
): void {
  const headers: Record<string, string | number> = { 'X-M2M-RSC': rsc };
  // Where tokens can be had takes the place of debugging information (TS-0009 §6.5).
  const pc = tqf === undefined ? content : { 'm2m:tqf': tqf };
  if (rqi !== '') headers['X-M2M-RI'] = rqi;
  if (rvi !== undefined) headers['X-M2M-RVI'] = rvi;
  if (ot !== undefined) headers['X-M2M-OT'] = ot;
  if (rset !== undefined) headers['X-M2M-RST'] = rset;
  if (ec !== undefined) headers['X-M2M-EC'] = ec;
  if (cnst !== undefined) headers['X-M2M-CTS'] = cnst;
  if (cnot !== undefined) headers['X-M2M-CTO'] = cnot;
  if (ati !== undefined) headers['X-M2M-ATI'] = assignedIdentifiers(ati);
  if (vsi !== undefined) headers['X-M2M-VSI'] = vsi;
  const location = rsc === createdStatus ? createdAddress(pc) : undefined;
  if (location !== undefined) headers['Content-Location'] = location;
  const name = statusName(rsc);
  // 503 is not among the standard's statuses; the binding has set it when it turns work away.
  const status = response.statusCode === 503 ? 503 : name === undefined ? 500 : responseStatus[name].http;
  if (pc === undefined) {
    response.writeHead(status, { ...headers, 'Content-Length': 0 });
    response.end();
    return;
  }
  const body = serializations[format].encode(pc);
  const named = (request.headers.accept ?? request.headers['content-type'] ?? '').includes('vnd.onem2m');
  headers['Content-Type'] = mediaType(format, named ? 'res' : undefined);
  headers['Content-Length'] = body.length;
  response.writeHead(status, headers);
  response.end(body);
}

/** `lti:tkid`, joined by "+" (TS-0009 §6.4.18). */
const assignedIdentifiers = ({ ltia }: JsonObject): string =>
  (Array.isArray(ltia) ? (ltia as JsonObject[]) : []).map(({ lti, tkid }) => `${lti}:${tkid}`).join('+');

/** Address of a created resource, when the content tells it (TS-0009 §6.4.4). */
function createdAddress(pc: JsonObject | undefined): string | undefined {
  const content = pc === undefined ? undefined : Object.values(pc)[0];
  if (typeof content === 'string') return content;
  if (typeof content !== 'object' || content === null || Array.isArray(content)) return undefined;
  return typeof content.uri === 'string' ? content.uri : typeof content.ri === 'string' ? content.ri : undefined;
}
