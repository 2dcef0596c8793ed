import { getJson } from '#platform/browser';
import type { Bootstrap, TypeDescription, TypeSummary } from '../contract.ts';
import { requestTimeoutMs } from './api.ts';

let loaded: Bootstrap | undefined;
let byElement = new Map<string, TypeSummary>();
let byNumber = new Map<number, TypeSummary>();
const descriptions = new Map<string, Promise<TypeDescription>>();

/** @throws ApiProblem */
export async function loadBootstrap(): Promise<void> {
  loaded = await getJson<Bootstrap>('/api/cse/bootstrap', { timeoutMs: requestTimeoutMs });
  byElement = new Map(loaded.types.map((type) => [type.element, type]));
  // Specializations share the number of what they specialize.
  byNumber = new Map(
    loaded.types.filter(({ specialization }) => specialization === undefined).map((type) => [type.type, type]),
  );
}

/** What does not change while the page is open; the page is drawn once it is there. */
export function bootstrap(): Bootstrap {
  if (loaded === undefined) throw new Error('the page is drawn before its bootstrap is loaded');
  return loaded;
}

export const typeByElement = (element: string): TypeSummary | undefined => byElement.get(element);
export const typeByNumber = (type: number): TypeSummary | undefined => byNumber.get(type);

/** Everything about a type; asked for once. @throws ApiProblem */
export function describeType(element: string): Promise<TypeDescription> {
  const known = descriptions.get(element);
  if (known !== undefined) return known;
  const asked = getJson<TypeDescription>(`/api/cse/types/${encodeURIComponent(element)}`, {
    timeoutMs: requestTimeoutMs,
  });
  descriptions.set(element, asked);
  asked.catch(() => descriptions.delete(element));
  return asked;
}
