import { Saturated } from '../store/write.ts';

const waitingMax = 100;

/** Requests that change one resource, one after another: while an UPDATE of it waits for an answer, or several meet. */
export class Turns {
  readonly #queues = new Map<number, { over: Promise<void>; waiting: number }>();

  /** Whether somebody has a turn at a resource. */
  taken(no: number): boolean {
    return this.#queues.has(no);
  }

  /** Does something once everything before it is over. @throws Saturated when too many wait */
  async take<T>(no: number, act: () => Promise<T>): Promise<T> {
    const queue = this.#queues.get(no) ?? { over: Promise.resolve(), waiting: 0 };
    if (queue.waiting >= waitingMax) throw new Saturated('too many requests wait to change one resource');
    this.#queues.set(no, queue);
    queue.waiting += 1;
    const result = queue.over.then(act);
    queue.over = result.then(
      () => {},
      () => {},
    );
    try {
      return await result;
    } finally {
      queue.waiting -= 1;
      if (queue.waiting === 0) this.#queues.delete(no);
    }
  }
}
