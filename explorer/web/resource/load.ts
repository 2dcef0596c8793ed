import type { JsonObject, TypeDescription } from '../../contract.ts';
import { demand } from '../api.ts';
import { describeType } from '../bootstrap.ts';

/** A resource as it was read, with what is known of its type. */
export interface Loaded {
  readonly address: string;
  readonly element: string;
  readonly attributes: JsonObject;
  readonly type: TypeDescription;
}

/** @throws ApiProblem */
export async function load(address: string, signal: AbortSignal): Promise<Loaded> {
  const { pc = {} } = await demand({ op: 2, to: address }, signal);
  const [element = '', attributes = {}] = Object.entries(pc)[0] ?? [];
  return { address, element, attributes: attributes as JsonObject, type: await describeType(element) };
}
