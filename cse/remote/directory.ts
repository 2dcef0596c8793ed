import type { Names } from '../address.ts';
import type { Resource } from '../store/resource.ts';
import { type ResourceRow, resourceColumns, type Store, toResource } from '../store/store.ts';
import { nowTimestamp } from '../timestamp.ts';

const remoteCseType = 16;
/** Nodes over one database hear of each other's registrations this late at most. */
const freshMs = 1_000;

/** The CSEs this one knows by its <remoteCSE> resources, and what lies behind each (TS-0001 §9.6.4). */
export class Directory {
  readonly #store: Store;
  readonly #names: Names;
  /** CSE-ID of the registrar; undefined when this CSE registers nowhere. */
  readonly registrar: string | undefined;
  #known: Promise<ReadonlyMap<string, Resource>> | undefined;
  #readAt = 0;

  constructor(store: Store, names: Names, registrar: string | undefined) {
    this.#store = store;
    this.#names = names;
    this.registrar = registrar;
  }

  /** <remoteCSE> of a CSE, by its CSE-ID. */
  async of(cseId: string): Promise<Resource | undefined> {
    const known = (await this.#all()).get(cseId);
    return known !== undefined && String(known.attributes.et ?? '~') > nowTimestamp() ? known : undefined;
  }

  /** All that have not expired. */
  async all(): Promise<Resource[]> {
    const now = nowTimestamp();
    return [...(await this.#all()).values()].filter(({ attributes }) => String(attributes.et ?? '~') > now);
  }

  /** CSE that registered here and behind which another is found; the CSE itself when it registered here. */
  async towards(cseId: string): Promise<Resource | undefined> {
    const direct = await this.of(cseId);
    if (direct !== undefined) return direct;
    return (await this.all()).find((csr) => descendantsOf(csr).includes(cseId));
  }

  /** CSE-IDs of every CSE below this one: registrees and their descendants. */
  async descendants(): Promise<string[]> {
    const found = new Set<string>();
    for (const csr of await this.all()) {
      const csi = cseIdOf(csr);
      if (csi === this.registrar) continue;
      found.add(csi);
      for (const further of descendantsOf(csr)) found.add(further);
    }
    found.delete(this.#names.cseId);
    return [...found].sort();
  }

  /** CSE of another service provider, which registered with its M2M-SP-ID. */
  async ofProvider(spId: string): Promise<Resource | undefined> {
    return (await this.all()).find(({ attributes: { spi } }) => spi === spId || `//${String(spi)}` === spId);
  }

  /** Whether a CSE, which has proved who it is, may pass on requests of another. */
  async speaksFor(peer: string, cseId: string): Promise<boolean> {
    if (peer === cseId) return true;
    if (cseId === this.#names.cseId) return false;
    const csr = await this.of(peer);
    if (peer !== this.registrar) return csr !== undefined && descendantsOf(csr).includes(cseId);
    // Everything but what is below this CSE comes from above.
    return !(await this.descendants()).includes(cseId);
  }

  /** Something about a <remoteCSE> has changed. */
  forget(): void {
    this.#known = undefined;
  }

  #all(): Promise<ReadonlyMap<string, Resource>> {
    if (this.#known === undefined || this.#readAt < Date.now() - freshMs) {
      this.#readAt = Date.now();
      const known = this.#read();
      this.#known = known;
      known.catch(() => {
        if (this.#known === known) this.#known = undefined;
      });
    }
    return this.#known;
  }

  async #read(): Promise<ReadonlyMap<string, Resource>> {
    const { rows } = await this.#store.pool.query<ResourceRow>({
      name: 'remote CSEs',
      text: `SELECT ${resourceColumns} FROM cse.resource b JOIN cse.resource r ON r.parent_no = b.no
        LEFT JOIN cse.resource p ON p.no = r.parent_no WHERE b.path = $1 AND r.ty = ${remoteCseType} ORDER BY r.no`,
      values: [this.#names.cseName],
    });
    return new Map(rows.map(toResource).map((csr) => [cseIdOf(csr), csr]));
  }
}

export const cseIdOf = ({ attributes: { csi } }: Resource): string => String(csi ?? '');

export const descendantsOf = ({ attributes: { dcse } }: Resource): readonly string[] =>
  Array.isArray(dcse) ? dcse.map(String) : [];
