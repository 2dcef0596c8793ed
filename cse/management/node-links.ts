import type { Background } from '../background.ts';
import type { Context } from '../procedures/context.ts';
import { changeResource } from '../procedures/own-change.ts';
import { alive } from '../procedures/target.ts';
import { Roster } from '../roster.ts';
import { isInstance, type Resource } from '../store/resource.ts';
import type { CommittedChange } from '../store/write.ts';
import { WorkQueue } from '../work-queue.ts';

const nodeType = 14;
/** Attribute of <node> that lists those which name it in `nl`, by their type. */
const linkOf: ReadonlyMap<number, 'hael' | 'hcl' | 'hsl'> = new Map([
  [2, 'hael'],
  [16, 'hcl'],
  [28, 'hsl'],
]);

/** Types that have `nl`, or can hold flexContainers that do. */
const mayHoldLinked: ReadonlySet<number> = new Set([2, 3, 16, 28]);

/**
 * Keeps the links of a <node> to what it hosts (`hael`, `hcl`, `hsl`) in step with `nl` (nodeLink) of AEs, remote CSEs and
 * flexContainers, and removes `nl` when the node goes (TS-0001 §9.6.18, §9.6.5).
 */
export class NodeLinks implements Background {
  readonly #context: Context;
  readonly #nodes: Roster;
  readonly #queue: WorkQueue;
  #stopObserving: () => void = () => {};
  /** Whether links will be looked through anyway. */
  #pruning = false;

  constructor(context: Context) {
    this.#context = context;
    this.#nodes = new Roster(context, [nodeType]);
    this.#queue = new WorkQueue({ log: context.log, waitingMax: context.settings.actionQueueMax });
  }

  async start(): Promise<void> {
    this.#stopObserving = this.#context.observe((change) => this.#saw(change));
    await this.#nodes.start();
  }

  async stop(): Promise<void> {
    this.#stopObserving();
    await this.#nodes.stop();
    await this.#queue.stop();
  }

  #saw({ kind, resource, modified }: CommittedChange): void {
    if (this.#nodes.size === 0 || isInstance(resource.ty)) return;
    if (kind === 'deleted') {
      if (resource.ty === nodeType) this.#later(() => this.#unlink(resource));
      if (mayHoldLinked.has(resource.ty) && !this.#pruning) {
        this.#pruning = true;
        this.#later(() => this.#prune());
      }
      return;
    }
    const link = linkOf.get(resource.ty);
    if (link === undefined) return;
    const linked = kind === 'created' ? resource.attributes.nl !== undefined : modified?.nl !== undefined;
    if (linked) this.#later(() => this.#link(resource, link));
  }

  #later(job: () => Promise<void>): void {
    if (!this.#queue.add('node links', job)) this.#context.log.warn('links of nodes are out of step: too many wait');
  }

  /** The node it names now lists it, others that did no longer do. */
  async #link({ no, ri }: Resource, link: 'hael' | 'hcl' | 'hsl'): Promise<void> {
    const current = await this.#context.store.byNumber(no);
    const { nl } = current?.attributes ?? {};
    const named = typeof nl === 'string' ? await this.#context.targets.resourceAt(nl) : undefined;
    for (const node of this.#nodes.values()) {
      if (node.no !== named?.no) await this.#remove(node, (reference) => reference === ri);
    }
    if (named?.ty !== nodeType) return;
    await changeResource(this.#context, named.no, ({ attributes }) => {
      if (link === 'hcl') return attributes.hcl === ri ? undefined : { hcl: ri };
      const listed = Array.isArray(attributes[link]) ? attributes[link] : [];
      return listed.includes(ri) ? undefined : { [link]: [...listed, ri] };
    });
  }

  async #unlink({ ri, path, attributes: { hael, hcl, hsl } }: Resource): Promise<void> {
    for (const reference of [hael, hcl, hsl].flat()) {
      const hosted = typeof reference === 'string' ? await this.#context.targets.resourceAt(reference) : undefined;
      if (hosted === undefined) continue;
      await changeResource(this.#context, hosted.no, ({ attributes: { nl } }) =>
        nl === ri || nl === path ? { nl: null } : undefined,
      );
    }
  }

  /** Links to what has gone are removed, wherever it was. */
  async #prune(): Promise<void> {
    this.#pruning = false;
    for (const node of this.#nodes.values()) {
      const { hael, hcl, hsl } = node.attributes;
      const gone = new Set<string>();
      for (const reference of [hael, hcl, hsl].flat())
        if (typeof reference === 'string' && !reference.startsWith('/') && !(await this.#exists(reference)))
          gone.add(reference);
      if (gone.size > 0) await this.#remove(node, (reference) => gone.has(reference));
    }
  }

  async #exists(reference: string): Promise<boolean> {
    return alive(await this.#context.targets.resourceAt(reference)) !== undefined;
  }

  async #remove(node: Resource, unwanted: (reference: string) => boolean): Promise<void> {
    const mentions = ({ attributes: { hael, hcl, hsl } }: Resource): boolean =>
      [hael, hcl, hsl].flat().some((reference) => typeof reference === 'string' && unwanted(reference));
    if (!mentions(node)) return;
    await changeResource(this.#context, node.no, (current) => {
      if (!mentions(current)) return undefined;
      const { hael, hcl, hsl } = current.attributes;
      const left = (list: unknown): string[] | null => {
        const kept = Array.isArray(list) ? list.map(String).filter((reference) => !unwanted(reference)) : [];
        return kept.length === 0 ? null : kept;
      };
      return {
        ...(hael === undefined ? {} : { hael: left(hael) }),
        ...(hsl === undefined ? {} : { hsl: left(hsl) }),
        ...(typeof hcl === 'string' && unwanted(hcl) ? { hcl: null } : {}),
      };
    });
  }
}
