import { Ajv, type ErrorObject } from 'ajv';
import { operation, type ResponsePrimitive, statusName } from '#cse';
import { ClientSaturated, CseBusy, CseUnreachable } from '#cse/client';
import { type Log, Refusal } from '#platform';
import type { PageRequest, PageResponse } from './contract.ts';
import type { Visitor } from './gate.ts';

const checkRequest = new Ajv({ allErrors: true }).compile<PageRequest>({
  type: 'object',
  additionalProperties: false,
  required: ['op', 'to'],
  properties: {
    op: { enum: [operation.create, operation.retrieve, operation.update, operation.delete] },
    to: { type: 'string', minLength: 1, maxLength: 4096 },
    ty: { type: 'integer', minimum: 1, maximum: 99_999 },
    rcn: { type: 'integer', minimum: 0, maximum: 12 },
    drt: { enum: [1, 2] },
    fc: { type: 'object', maxProperties: 50 },
    pc: { type: 'object', maxProperties: 1 },
  },
});

/** @throws Refusal that names every place where the request is not as it should be */
export function readPageRequest(body: unknown): PageRequest {
  if (checkRequest(body)) return body;
  throw new Refusal(400, 'bad-request', (checkRequest.errors ?? []).map(describe).join('; '));
}

function describe({ instancePath, keyword, message, params }: ErrorObject): string {
  const place = instancePath === '' ? 'the request' : instancePath.slice(1);
  return keyword === 'additionalProperties'
    ? `"${params.additionalProperty}" is not known here`
    : `${place} ${message ?? keyword}`;
}

/**
 * Carries out a request of the page in the name of the person's role. Changes are logged with the person's name, which
 * the CSE does not know.
 *
 * @throws Refusal 503 when the CSE gives no answer
 */
export async function carryOut({ person, client }: Visitor, request: PageRequest, log: Log): Promise<PageResponse> {
  const response = await answered(() => client.request(request));
  if (request.op !== operation.retrieve) {
    const { op, to, ty } = request;
    log.info({ person: person.name, originator: client.originator, op, to, ty, rsc: response.rsc }, 'explorer');
  }
  const { rsc, pc, cnot } = response;
  return {
    rsc,
    status: statusName(rsc) ?? String(rsc),
    ...(pc === undefined ? {} : { pc }),
    ...(cnot === undefined ? {} : { cnot }),
  };
}

/** @throws Refusal 503 instead of what the client throws when the CSE gives no answer */
export async function answered(ask: () => Promise<ResponsePrimitive>): Promise<ResponsePrimitive> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof CseBusy || error instanceof CseUnreachable || error instanceof ClientSaturated)
      throw new Refusal(503, 'cse-unreachable', error.message);
    throw error;
  }
}
