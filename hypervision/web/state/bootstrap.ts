import { getJson } from '#platform/browser';
import type { Bootstrap, TypeDescription } from '../../contract.ts';

let loaded: Bootstrap | undefined;
let types = new Map<string, TypeDescription>();

/** @throws ApiProblem */
export async function loadBootstrap(): Promise<void> {
  loaded = await getJson<Bootstrap>('/api/hypervision/bootstrap');
  types = new Map(loaded.types.map((type) => [type.name, type]));
}

/** What does not change while the console is open. The console is drawn once it is there. */
export function bootstrap(): Bootstrap {
  if (loaded === undefined) throw new Error('the console is drawn before its bootstrap is loaded');
  return loaded;
}

/** An entity of a type that nobody declared is stored but not drawn. */
export const typeOf = (name: string): TypeDescription | undefined => types.get(name);
