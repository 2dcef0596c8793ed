import type { Node, Runtime } from '../node-red.ts';

/** Between a deployment and what waited for it; also keeps a message that is cut again and again from spinning. */
const pauseMs = 100;

/**
 * Knows when flows are being replaced. Node-RED answers a deployment before the new nodes run; until they do, a message
 * sent to one of them goes nowhere, without an error.
 */
export class Deployment {
  readonly #runtime: Pick<Runtime, 'events' | 'nodes'>;
  readonly #listeners = new Set<() => void>();
  #isUnderWay = true;

  constructor(runtime: Pick<Runtime, 'events' | 'nodes'>) {
    this.#runtime = runtime;
    runtime.events.on('flows:stopping', () => {
      this.#isUnderWay = true;
    });
    runtime.events.on('flows:started', () => {
      this.#isUnderWay = false;
      for (const listener of [...this.#listeners]) listener();
    });
  }

  get isUnderWay(): boolean {
    return this.#isUnderWay;
  }

  /** Whether a deployment has taken the node away, or put another in its place. */
  hasReplaced(node: Node): boolean {
    return this.#runtime.nodes.getNode(node.id) !== node;
  }

  /** @returns stops listening */
  onOver(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Calls back shortly after no deployment is under way. */
  whenOver(task: () => void): void {
    const later = (): void => {
      setTimeout(() => (this.#isUnderWay ? this.whenOver(task) : task()), pauseMs);
    };
    if (!this.#isUnderWay) {
      later();
      return;
    }
    const stop = this.onOver(() => {
      stop();
      later();
    });
  }
}
