import type { Context } from './procedures/context.ts';
import { isInstance, type Resource } from './store/resource.ts';
import { type ResourceRow, resourceColumns, toResource } from './store/store.ts';
import type { ChangeElsewhere, CommittedChange } from './store/write.ts';
import { nowTimestamp } from './timestamp.ts';

/** Which resources of its types a roster holds. */
interface Selection {
  /** In SQL, about the row `r`, for reading them; `holds` has the last word. */
  readonly condition: string;
  readonly holds: (resource: Resource) => boolean;
}

/**
 * All resources of some types, held in memory for whoever has to look at every change of every resource: while there are
 * none, a look costs nothing. In step with what is committed here, and with what other nodes commit.
 */
export class Roster {
  readonly #context: Context;
  readonly #types: ReadonlySet<number>;
  readonly #only: Selection;
  readonly #changed: (after: Resource | undefined, before: Resource | undefined) => void;
  readonly #byNumber = new Map<number, Resource>();
  #stopObserving: (() => void)[] = [];
  #reading: Promise<void> = Promise.resolve();

  /** @param changed called with what a resource is now and what it was before; must not throw */
  constructor(
    context: Context,
    types: readonly number[],
    changed: (after: Resource | undefined, before: Resource | undefined) => void = () => {},
    only: Selection = { condition: 'true', holds: () => true },
  ) {
    this.#context = context;
    this.#types = new Set(types);
    this.#changed = changed;
    this.#only = only;
  }

  get size(): number {
    return this.#byNumber.size;
  }

  get(no: number): Resource | undefined {
    return this.#byNumber.get(no);
  }

  /** Those whose time is not over. */
  values(): Resource[] {
    const now = nowTimestamp();
    return [...this.#byNumber.values()].filter(({ attributes: { et } }) => typeof et !== 'string' || et > now);
  }

  async start(): Promise<void> {
    this.#stopObserving = [
      this.#context.observe((change) => this.#saw(change)),
      this.#context.observeElsewhere((change) => this.#heard(change)),
    ];
    await this.#readAll();
  }

  async stop(): Promise<void> {
    for (const stop of this.#stopObserving) stop();
    await this.#reading;
  }

  #saw({ kind, resource }: CommittedChange): void {
    if (isInstance(resource.ty)) return;
    if (kind === 'deleted') this.#dropBelow(resource.path);
    else if (!this.#types.has(resource.ty)) return;
    else if (this.#only.holds(resource)) this.#put(resource);
    else this.#drop(resource.no);
  }

  #heard(change: ChangeElsewhere | undefined): void {
    if (change === undefined) {
      this.#later(() => this.#readAll());
      return;
    }
    for (const path of change.subtrees) this.#dropBelow(path);
    const numbers = change.written.filter(({ ty }) => this.#types.has(ty)).map(({ no }) => no);
    if (numbers.length > 0) this.#later(async () => void (await this.#read('r.no = ANY($1)', numbers)));
  }

  /** One reading after the other, so that what was read later is what stays. */
  #later(read: () => Promise<void>): void {
    this.#reading = this.#reading.then(read).catch((error: unknown) => {
      this.#context.log.warn({ error }, 'what another node changed could not be read');
    });
  }

  async #readAll(): Promise<void> {
    // The types stand in the statement, so that the index over them serves it.
    const found = await this.#read(`r.ty IN (${[...this.#types].join(', ')})`);
    for (const no of [...this.#byNumber.keys()]) if (!found.has(no)) this.#drop(no);
  }

  /** @returns numbers of what was found */
  async #read(where: string, ...values: (readonly number[])[]): Promise<Set<number>> {
    const { rows } = await this.#context.store.pool.query<ResourceRow>(
      `SELECT ${resourceColumns} FROM cse.resource r LEFT JOIN cse.resource p ON p.no = r.parent_no WHERE ${where}`,
      values,
    );
    for (const row of rows) this.#put(toResource(row));
    return new Set(rows.map(({ no }) => no));
  }

  #put(resource: Resource): void {
    const before = this.#byNumber.get(resource.no);
    if (before !== undefined && before.version > resource.version) return;
    this.#byNumber.set(resource.no, resource);
    this.#changed(resource, before);
  }

  #dropBelow(path: string): void {
    if (this.#byNumber.size === 0) return;
    const below = `${path}/`;
    for (const { no, path: found } of [...this.#byNumber.values()])
      if (found === path || found.startsWith(below)) this.#drop(no);
  }

  #drop(no: number): void {
    const before = this.#byNumber.get(no);
    this.#byNumber.delete(no);
    if (before !== undefined) this.#changed(undefined, before);
  }
}
