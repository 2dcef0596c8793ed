import { wildcard } from '../access/pattern.ts';
import { aeStem, readAddress } from '../address.ts';
import type { Background } from '../background.ts';
import type { Json, RequestPrimitive } from '../primitive.ts';
import type { Context } from '../procedures/context.ts';
import { Refused } from '../refusal.ts';
import { Roster } from '../roster.ts';
import type { Resource } from '../store/resource.ts';

const profileType = 62;

/** Parameters a profile may add or remove: none that says who asks, for what, or with which rights. */
export const adaptable: ReadonlySet<string> = new Set([
  'rvi',
  'rcn',
  'rqet',
  'rset',
  'oet',
  'rp',
  'ec',
  'da',
  'gid',
  'drt',
  'vsi',
  'fc',
] satisfies (keyof RequestPrimitive)[]);

/** One of `adds`. */
export interface Addition {
  readonly nm: string;
  readonly val: Json;
}

/**
 * Completes requests as <primitiveProfile> resources say (release 4): a device that sends the least it can gets the
 * parameters its profile adds, and loses those its profile removes.
 */
export class PrimitiveProfiles implements Background {
  readonly #context: Context;
  readonly #roster: Roster;

  constructor(context: Context) {
    this.#context = context;
    this.#roster = new Roster(context, [profileType]);
  }

  start(): Promise<void> {
    return this.#roster.start();
  }

  stop(): Promise<void> {
    return this.#roster.stop();
  }

  /** The request as it is carried out. */
  adapt(request: RequestPrimitive): RequestPrimitive {
    if (this.#roster.size === 0) return request;
    const applicable = this.#roster.values().filter((profile) => this.#applies(profile, request));
    applicable.sort((one, other) => one.no - other.no);
    return applicable.reduce(adapted, request);
  }

  #applies({ attributes }: Resource, { fr = '', op, to, ty, rvi }: RequestPrimitive): boolean {
    const { names } = this.#context;
    const { idl, ops, rtys, rsds, rvs } = attributes;
    return (
      list(idl).some((entity) => wildcard(aeStem(String(entity), names))(aeStem(fr, names))) &&
      (ops === undefined || list(ops).includes(op)) &&
      (rtys === undefined || (ty !== undefined && list(rtys).includes(ty))) &&
      (rvs === undefined || list(rvs).includes(rvi ?? '')) &&
      (rsds === undefined || list(rsds).some((reference) => this.#same(String(reference), to)))
    );
  }

  /** Addresses are compared as they are written, in any of the forms of one address. */
  #same(one: string, other: string): boolean {
    const [first, second] = [one, other].map((reference) => {
      try {
        const address = readAddress(reference, this.#context.names);
        return address.local ? `${address.value}/${address.below ?? ''}` : reference;
      } catch (error) {
        if (error instanceof Refused) return undefined;
        throw error;
      }
    });
    return first !== undefined && first === second;
  }
}

/** A parameter that the originator has set itself is not added. */
function adapted(request: RequestPrimitive, { attributes: { adds, dels } }: Resource): RequestPrimitive {
  const changed: Record<string, unknown> = { ...request };
  for (const name of list(dels)) if (adaptable.has(String(name))) delete changed[String(name)];
  for (const { nm, val } of list(adds) as unknown as Addition[]) if (adaptable.has(nm)) changed[nm] ??= val;
  return changed as unknown as RequestPrimitive;
}

const list = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);
