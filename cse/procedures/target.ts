import { readAddress } from '../address.ts';
import { Refused } from '../refusal.ts';
import { definitionFor } from '../resources/index.ts';
import { holdsInstances, isInstance, type Resource } from '../store/resource.ts';
import { nowTimestamp } from '../timestamp.ts';
import type { Context } from './context.ts';

/** What a request is directed at. */
export interface Target {
  /** The resource; for `la` and `ol`, the container they belong to. */
  readonly resource: Resource;
  readonly virtual?: string;
  /** Attribute named behind `#`. */
  readonly attribute?: string;
}

const notFound = (to: string): Refused => new Refused('NOT_FOUND', `to: there is no resource ${to}`);

/**
 * Finds what `to` addresses (TS-0004 §7.3.2.8, §7.3.3.1).
 * @throws Refused NOT_FOUND; BAD_REQUEST when it is not an address
 */
export async function findTarget({ names, store }: Context, to: string): Promise<Target> {
  const address = readAddress(to, names);
  if (!address.local) throw new Refused('NOT_FOUND', `to: ${to} belongs to a CSE that is not known here`);
  const { structured, value, below, attribute } = address;
  const named = attribute === undefined ? {} : { attribute };
  let path = value;
  if (!structured) {
    const resource = alive(await store.byRi(value));
    if (resource === undefined) throw notFound(to);
    if (below === undefined) return { resource, ...named };
    path = `${resource.path}/${below}`;
  }
  const cut = path.lastIndexOf('/');
  const name = path.slice(cut + 1);
  if (cut > 0 && (name === 'la' || name === 'ol')) {
    const parent = alive(await store.byPath(path.slice(0, cut)));
    if (parent !== undefined && definitionFor(parent)?.virtualChildren.includes(name)) {
      return { resource: parent, virtual: name, ...named };
    }
  }
  const resource = alive(await store.byPath(path));
  if (resource === undefined) throw notFound(to);
  return { resource, ...named };
}

/** A resource whose time is over counts as deleted, even before the sweep has come by. */
export function alive(resource: Resource | undefined): Resource | undefined {
  const et = resource?.attributes.et;
  return typeof et === 'string' && et <= nowTimestamp() ? undefined : resource;
}

/**
 * The instance that `la` or `ol` stands for (TS-0004 §7.4.27, §7.4.28).
 * @throws Refused NOT_FOUND when the container is empty
 */
export async function virtualInstance({ store }: Context, container: Resource, virtual: string): Promise<Resource> {
  const found = alive(await (virtual === 'la' ? store.latest(container) : store.oldest(container)));
  const instance = found ?? (await store.unexpiredEnd(container, virtual === 'la' ? 'DESC' : 'ASC'));
  if (instance === undefined) throw new Refused('NOT_FOUND', `to: ${container.path} has no instances`);
  return instance;
}

/** Refuses to show or delete instances while the container's `disr` says so (TS-0004 §7.4.7). */
export async function refuseDisabledRetrieval({ store }: Context, instance: Resource): Promise<void> {
  if (!isInstance(instance.ty)) return;
  const container = await store.byNumber(instance.no);
  if (container !== undefined && holdsInstances(container.ty) && container.attributes.disr === true) {
    throw new Refused('OPERATION_NOT_ALLOWED', `disr (disableRetrieval) of ${container.path} forbids this`);
  }
}
