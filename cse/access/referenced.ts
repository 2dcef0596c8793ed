import { randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { type Address, type LocalAddress, type Names, readAddress } from '../address.ts';
import { type JsonObject, operation, type RequestPrimitive, type ResponsePrimitive } from '../primitive.ts';
import { Refused } from '../refusal.ts';
import { definitionByElement } from '../resources/index.ts';
import type { Resource } from '../store/resource.ts';
import type { Store } from '../store/store.ts';
import { nowTimestamp } from '../timestamp.ts';

/** Carries out a request of this CSE's own, wherever its target is. */
export type Perform = (request: RequestPrimitive) => Promise<Pick<ResponsePrimitive, 'rsc' | 'pc'>>;

/** Stands for text that is no address. */
const noAddress: Address = { local: true, structured: false, value: '', below: '' };
const addressesMax = 20_000;
const absentMax = 10_000;
const remoteMax = 1_000;
/** How long what another CSE said is relied upon. */
const remoteMs = 60_000;
const unansweredMs = 5_000;
const retrievalsMax = 64;
const retrievalTimeoutMs = 5_000;

/**
 * Resources that access control refers to: policies and groups. Those of this CSE come from the store's memory; those of
 * other CSEs are retrieved and kept for a minute; what does not answer is as good as absent.
 */
export class Referenced {
  readonly #store: Store;
  readonly #names: Names;
  readonly #perform: Perform;
  readonly #addresses = new LRUCache<string, Address>({ max: addressesMax });
  readonly #absent = new LRUCache<string, true>({ max: absentMax });
  readonly #remote = new LRUCache<string, { readonly resource: Resource | null }>({ max: remoteMax });
  readonly #retrievals = new Map<string, Promise<void>>();
  #creations = 0;

  constructor({ store, names, perform }: { store: Store; names: Names; perform: Perform }) {
    this.#store = store;
    this.#names = names;
    this.#perform = perform;
  }

  /** @returns undefined when it has to be loaded first, null when the reference leads nowhere */
  find(reference: string): Resource | null | undefined {
    const local = this.#localAddress(reference);
    if (local === null) return null;
    if (local === undefined) return alive(this.#remote.get(reference)?.resource);
    const found = local.structured ? this.#store.peekPath(local.value) : this.#store.peekRi(local.value);
    return found === undefined ? (this.#absent.has(reference) ? null : undefined) : alive(found);
  }

  /** Loads what `find` did not know. Never rejects. */
  async load(reference: string): Promise<void> {
    const local = this.#localAddress(reference);
    if (local === null) return;
    if (local === undefined) return this.#retrieve(reference);
    const before = this.#creations;
    const found = await (local.structured ? this.#store.byPath(local.value) : this.#store.byRi(local.value));
    // What was created in between may not be in what was read.
    if (found === undefined && before === this.#creations) this.#absent.set(reference, true);
  }

  /** Whether a reference is to a resource of another CSE. */
  isRemote(reference: string): boolean {
    return this.#localAddress(reference) === undefined;
  }

  /** Forgets what is not there, because something has been created. */
  created(): void {
    this.#creations += 1;
    this.#absent.clear();
  }

  /** @returns undefined for a resource of another CSE, null for what is no address of a resource */
  #localAddress(reference: string): LocalAddress | null | undefined {
    let address = this.#addresses.get(reference);
    if (address === undefined) {
      address = this.#read(reference);
      this.#addresses.set(reference, address);
    }
    if (!address.local) return undefined;
    return address.below === undefined && address.attribute === undefined ? address : null;
  }

  #read(reference: string): Address {
    try {
      return readAddress(reference, this.#names);
    } catch (error) {
      if (error instanceof Refused) return noAddress;
      throw error;
    }
  }

  #retrieve(reference: string): Promise<void> {
    const under = this.#retrievals.get(reference);
    if (under !== undefined) return under;
    if (this.#retrievals.size >= retrievalsMax) {
      this.#remote.set(reference, { resource: null }, { ttl: unansweredMs });
      return Promise.resolve();
    }
    const retrieval = this.#answer(reference).then((resource) => {
      this.#remote.set(reference, { resource }, { ttl: resource === null ? unansweredMs : remoteMs });
      this.#retrievals.delete(reference);
    });
    this.#retrievals.set(reference, retrieval);
    return retrieval;
  }

  async #answer(reference: string): Promise<Resource | null> {
    const request = {
      op: operation.retrieve,
      to: reference,
      fr: this.#names.cseId,
      rqi: randomUUID(),
      rvi: '3',
      rqet: `+${retrievalTimeoutMs}`,
    };
    const timeout = AbortSignal.timeout(retrievalTimeoutMs);
    const late = new Promise<undefined>((resolve) => {
      timeout.addEventListener('abort', () => resolve(undefined));
    });
    const response = await Promise.race([this.#perform(request), late]);
    return response?.rsc === 2000 ? asResource(reference, response.pc) : null;
  }
}

const alive = (resource: Resource | null | undefined): Resource | null | undefined =>
  typeof resource?.attributes.et === 'string' && resource.attributes.et <= nowTimestamp() ? null : resource;

/** Another CSE's resource, as far as access control looks at it; null when the representation is not what it should be. */
function asResource(reference: string, content: JsonObject | undefined): Resource | null {
  const [[element, attributes] = []] = Object.entries(content ?? {});
  const definition = element === undefined ? undefined : definitionByElement(element);
  if (definition === undefined || typeof attributes !== 'object' || attributes === null || Array.isArray(attributes)) {
    return null;
  }
  for (const [name, value] of Object.entries(attributes)) {
    if (definition.attributes[name]?.type.reject(value) !== undefined) return null;
  }
  return {
    no: 0,
    parentNo: null,
    ty: definition.type,
    ri: reference,
    pi: '',
    rn: '',
    path: reference,
    depth: 0,
    creator: '',
    version: 1,
    attributes,
  };
}
