import { type OperationName, operation, type RequestPrimitive } from '../primitive.ts';
import { badRequest, Refused } from '../refusal.ts';
import { readTiming } from '../requests/timing.ts';
import { definitionOf } from '../resources/index.ts';

const operationNames = new Map<number, OperationName>(
  Object.entries(operation).map(([name, number]) => [number, name as OperationName]),
);

/** Result contents each operation may ask for, TS-0001 Table 8.1.2-1. */
const resultContents: Readonly<Record<OperationName, readonly number[]>> = {
  create: [0, 1, 2, 3, 9],
  retrieve: [1, 4, 5, 6, 7, 8, 10, 12],
  update: [0, 1, 9],
  delete: [0, 1, 4, 5, 6, 8],
  notify: [],
};
const discoveryResults: readonly number[] = [6, 11];
const releases: readonly string[] = ['1', '2', '2a', '3', '4', '5'];
const requestIdLengthMax = 255;

export const operationName = (op: number): OperationName | undefined => operationNames.get(op);

/**
 * Checks a request without looking at any resource: TS-0004 §7.3.2.1, in its order. Who the originator is, is checked
 * right after the presence of `fr`.
 *
 * @param establish checks the originator
 */
export async function checkPrimitive<T>(request: RequestPrimitive, establish: () => T | Promise<T>): Promise<T> {
  const name = operationName(request.op);
  if (name === undefined) throw badRequest(`op: 1 to 5 is expected, found ${JSON.stringify(request.op)}`);
  if (typeof request.to !== 'string' || request.to === '')
    throw badRequest('to: an address is expected, there is none');
  if (typeof request.rqi !== 'string' || request.rqi === '' || request.rqi.length > requestIdLengthMax) {
    throw badRequest(`rqi: a request identifier of 1 to ${requestIdLengthMax} characters is expected`);
  }
  readTiming(request, Date.now());
  const established = await establish();
  checkCreateParameters(request);
  checkResultContent(name, request);
  if (request.rvi !== undefined && !releases.includes(request.rvi)) {
    throw new Refused(
      'RELEASE_VERSION_NOT_SUPPORTED',
      `rvi: one of ${releases.join(', ')} is expected, found "${request.rvi}"`,
    );
  }
  checkOthers(request);
  return established;
}

function checkCreateParameters({ op, ty, fc }: RequestPrimitive): void {
  if (op !== operation.create) {
    if (ty !== undefined) throw badRequest('ty: only a CREATE names a resource type');
    return;
  }
  if (ty === undefined) throw badRequest('ty: a CREATE names the resource type, there is none');
  if (definitionOf(ty) === undefined) throw badRequest(`ty: ${ty} is not a resource type`);
  if (fc !== undefined) throw badRequest('fc: a CREATE has no filter criteria');
}

function checkResultContent(name: OperationName, { rcn, fc }: RequestPrimitive): void {
  if (rcn === undefined) return;
  const discovery = name === 'retrieve' && (Number(fc?.fu) === 1 || Number(fc?.fu) === 3);
  const allowed = discovery ? discoveryResults : resultContents[name];
  if (!allowed.includes(rcn)) {
    const what = discovery ? 'a discovery' : `a ${name.toUpperCase()}`;
    throw badRequest(
      `rcn: ${allowed.length === 0 ? 'not accepted' : `one of ${allowed.join(', ')} is expected`} in ${what}, found ${rcn}`,
    );
  }
}

function checkOthers({ op, rt, rcn, drt, ec, fc, grtm, sqi }: RequestPrimitive): void {
  if (fc !== undefined && op === operation.notify) throw badRequest('fc: a NOTIFY has no filter criteria');
  if (rt !== undefined && ![1, 2, 3, 4, 5].includes(rt.rtv))
    throw badRequest(`rt: 1 to 5 is expected, found ${JSON.stringify(rt.rtv)}`);
  if (rt?.rtv === 5 && rcn !== undefined)
    throw badRequest('rcn: a request without response (rt 5) asks for no result content');
  if (drt !== undefined && drt !== 1 && drt !== 2)
    throw badRequest(`drt: 1 (structured) or 2 (unstructured) is expected, found ${drt}`);
  if (ec !== undefined && ![2, 3, 4].includes(ec) && !(Number.isInteger(ec) && ec >= 100 && ec <= 999)) {
    throw badRequest(`ec: 2, 3, 4 or 100 to 999 is expected, found ${ec}`);
  }
  if (grtm !== undefined && !(Array.isArray(grtm) && grtm.length > 0 && grtm.every((id) => typeof id === 'string')))
    throw badRequest('grtm: a list of member identifiers is expected');
  if (sqi !== undefined && op !== operation.retrieve) throw badRequest('sqi: only a RETRIEVE can be a semantic query');
  if ((sqi === true) !== (rcn === 10))
    throw badRequest('sqi, rcn: a semantic query has sqi true and rcn 10 (semantic content)');
}
