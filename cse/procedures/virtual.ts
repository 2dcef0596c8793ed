import { readAddress } from '../address.ts';
import { aggregation } from '../groups/aggregation.ts';
import { fanOutPoint } from '../groups/fan-out.ts';
import { aggregationName } from '../groups/forwarding.ts';
import { removeItself } from '../notifications/removal.ts';
import type { OperationName } from '../primitive.ts';
import { definitionFor } from '../resources/index.ts';
import { semanticFanOut } from '../semantics/fan-out.ts';
import { mashup } from '../semantics/mashup.ts';
import { semanticValidation } from '../semantics/validation.ts';
import type { Resource } from '../store/resource.ts';
import type { Context } from './context.ts';
import { answerPolled, poll } from './polling-channel-uri.ts';
import { alive } from './target.ts';
import type { VirtualProcedure, VirtualTarget } from './virtual-target.ts';

/**
 * What virtual resources do, by name and operation; an operation that is not listed is not allowed. <latest> and <oldest>
 * stand for an instance and are found where instances are (`virtualInstance`).
 */
export const virtualResources: Readonly<Record<string, Partial<Record<OperationName, VirtualProcedure>>>> = {
  fopt: fanOutPoint,
  [aggregationName]: aggregation,
  sfop: { retrieve: semanticFanOut },
  smv: { update: semanticValidation },
  msp: { retrieve: mashup },
  ntsr: { delete: removeItself },
  pcu: { retrieve: poll, notify: answerPolled },
};

/** Looks for a virtual resource of the table above in an address. */
export async function findVirtual({ names, store }: Context, to: string): Promise<VirtualTarget | undefined> {
  const mentioned = to.split('/').some((name) => Object.hasOwn(virtualResources, name));
  if (!mentioned) return undefined;
  const address = readAddress(to, names);
  if (!address.local) return undefined;
  const segments = (address.structured ? address.value : `${address.value}/${address.below ?? ''}`).split('/');
  for (const [index, name] of segments.entries()) {
    if (index === 0 || !Object.hasOwn(virtualResources, name)) continue;
    const above = segments.slice(0, index);
    const parent = alive(await parentAt(above));
    if (parent !== undefined && definitionFor(parent)?.virtualChildren.includes(name)) {
      return { parent, name, rest: segments.slice(index + 1).join('/') };
    }
  }
  return undefined;

  async function parentAt([first = '', ...others]: readonly string[]): Promise<Resource | undefined> {
    if (address.local && address.structured) return store.byPath([first, ...others].join('/'));
    const base = await store.byRi(first);
    return base === undefined || others.length === 0 ? base : store.byPath(`${base.path}/${others.join('/')}`);
  }
}
