import { Worker } from 'node:worker_threads';
import { Refused } from '../refusal.ts';
import type { SparqlAnswer, SparqlTask } from './sparql-task.ts';

interface Waiting {
  readonly id: number;
  readonly task: SparqlTask;
  readonly resolve: (answer: SparqlAnswer) => void;
  readonly reject: (error: unknown) => void;
}

const waitingMax = 200;
/** A thread that nobody has needed for so long is ended: it holds some 30 MB. */
const idleMs = 60_000;

/**
 * SPARQL 1.1 in a thread beside the CSE, one task at a time. A task that takes too long ends with its thread; the next one
 * gets a new thread.
 */
export class SparqlEngine {
  readonly #timeMs: number;
  readonly #bytesMax: number;
  #worker: Worker | undefined;
  #waiting: Waiting[] = [];
  #current: Waiting | undefined;
  #timer: NodeJS.Timeout | undefined;
  #next = 1;

  /** @param timeMs longest time for one task; @param bytesMax largest sum of its descriptions */
  constructor({ timeMs, bytesMax }: { timeMs: number; bytesMax: number }) {
    this.#timeMs = timeMs;
    this.#bytesMax = bytesMax;
  }

  /**
   * @throws Refused NOT_ACCEPTABLE when it is too large, takes too long or too many wait
   */
  run(task: SparqlTask): Promise<SparqlAnswer> {
    const bytes = [...task.documents, ...(task.ontologies ?? [])].reduce((sum, { text }) => sum + text.length, 0);
    if (bytes > this.#bytesMax)
      return Promise.reject(
        new Refused(
          'NOT_ACCEPTABLE',
          `descriptions of at most ${this.#bytesMax} bytes are looked at together, these have ${bytes}`,
        ),
      );
    if (this.#waiting.length >= waitingMax)
      return Promise.reject(new Refused('NOT_ACCEPTABLE', 'too many semantic requests wait already; try again'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ id: this.#next++, task, resolve, reject });
      this.#start();
    });
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    for (const { reject } of this.#waiting.splice(0)) reject(new Error('this CSE is being stopped'));
    this.#current?.reject(new Error('this CSE is being stopped'));
    this.#current = undefined;
    await this.#worker?.terminate();
  }

  #start(): void {
    if (this.#current !== undefined) return;
    this.#current = this.#waiting.shift();
    clearTimeout(this.#timer);
    if (this.#current === undefined) {
      this.#timer = setTimeout(() => this.#end(), idleMs).unref();
      return;
    }
    const { id, task } = this.#current;
    this.#thread().postMessage({ id, task });
    this.#timer = setTimeout(() => {
      this.#end();
      this.#failed(new Refused('NOT_ACCEPTABLE', `the query did not end within ${this.#timeMs} ms`));
    }, this.#timeMs);
  }

  #thread(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(new URL('sparql-worker.ts', import.meta.url));
    worker.unref();
    worker.on('message', ({ id, answer }: { id: number; answer: SparqlAnswer }) => {
      if (this.#current?.id !== id) return;
      const { resolve } = this.#current;
      this.#current = undefined;
      resolve(answer);
      this.#start();
    });
    worker.on('error', (error) => {
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      this.#failed(error);
    });
    this.#worker = worker;
    return worker;
  }

  #end(): void {
    const worker = this.#worker;
    this.#worker = undefined;
    void worker?.terminate();
  }

  #failed(error: unknown): void {
    const failed = this.#current;
    this.#current = undefined;
    failed?.reject(error);
    this.#start();
  }
}
