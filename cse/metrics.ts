import { Counter, Gauge, Histogram, type Registry } from '#platform';
import type { RequestPrimitive, ResponsePrimitive, Session } from './primitive.ts';
import { operationName } from './procedures/primitive-check.ts';

/** What is asked for when the metrics are read. */
export interface Levels {
  readonly writesWaiting: () => number;
  readonly notificationsWaiting: () => number;
  readonly notificationQueues: () => number;
  readonly requestsPending: () => number;
  readonly polls: () => number;
  readonly polledRequests: () => number;
  readonly feedLags: () => readonly { readonly consumer: string; readonly lag: number }[];
}

/** Figures of the CSE under `alzette_cse_…`. */
export class CseMetrics {
  readonly #requests: Counter;
  readonly #latency: Histogram;
  readonly #batchSize: Histogram;
  readonly #batchTime: Histogram;
  readonly #cache: Counter;
  readonly #notifications: Counter;
  /** Children of the counters above, looked up once: labels are hashed at every look-up otherwise. */
  readonly #cacheCells = new Map<string, { inc: () => void }>();
  readonly #requestCells = new Map<string, { inc: () => void }>();
  readonly #latencyCells = new Map<string, { observe: (seconds: number) => void }>();

  constructor(registry: Registry) {
    const registers = [registry];
    this.#requests = new Counter({
      name: 'alzette_cse_requests_total',
      help: 'Requests by operation, response status code and binding',
      labelNames: ['operation', 'status', 'binding'],
      registers,
    });
    this.#latency = new Histogram({
      name: 'alzette_cse_request_seconds',
      help: 'Time from a request primitive to its response',
      labelNames: ['operation'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
      registers,
    });
    this.#batchSize = new Histogram({
      name: 'alzette_cse_commit_writes',
      help: 'Writes stored in one transaction',
      buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
      registers,
    });
    this.#batchTime = new Histogram({
      name: 'alzette_cse_commit_seconds',
      help: 'Time of one transaction, made durable',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
      registers,
    });
    this.#cache = new Counter({
      name: 'alzette_cse_cache_total',
      help: 'Look-ups in the caches of the store',
      labelNames: ['cache', 'result'],
      registers,
    });
    this.#notifications = new Counter({
      name: 'alzette_cse_notifications_total',
      help: 'Notifications by outcome',
      labelNames: ['outcome'],
      registers,
    });
  }

  /** Levels are read when somebody reads the metrics. */
  watch(registry: Registry, levels: Levels): void {
    const gauge = (name: string, help: string, read: () => number) =>
      new Gauge({
        name,
        help,
        registers: [registry],
        collect() {
          this.set(read());
        },
      });
    gauge('alzette_cse_writes_waiting', 'Writes that wait to be stored', levels.writesWaiting);
    gauge(
      'alzette_cse_notifications_waiting',
      'Notifications in memory that wait for delivery',
      levels.notificationsWaiting,
    );
    gauge(
      'alzette_cse_notification_queues',
      'Subscription targets with something to deliver',
      levels.notificationQueues,
    );
    gauge('alzette_cse_requests_pending', 'Accepted requests that are not carried out yet', levels.requestsPending);
    gauge('alzette_cse_polls_waiting', 'Polls of polling channels that wait for a request', levels.polls);
    gauge('alzette_cse_polled_requests', 'Requests in polling channels without an answer', levels.polledRequests);
    new Gauge({
      name: 'alzette_cse_feed_lag',
      help: 'Changes a consumer of the feed has not acknowledged',
      labelNames: ['consumer'],
      registers: [registry],
      collect() {
        this.reset();
        for (const { consumer, lag } of levels.feedLags()) this.set({ consumer }, lag);
      },
    });
  }

  request({ op }: RequestPrimitive, { rsc }: ResponsePrimitive, session: Session, seconds: number): void {
    const name = operationName(op) ?? 'unknown';
    const binding = session.binding ?? 'none';
    const key = `${name} ${rsc} ${binding}`;
    let cell = this.#requestCells.get(key);
    if (cell === undefined) {
      const labels = { operation: name, status: String(rsc), binding };
      cell = { inc: () => this.#requests.inc(labels) };
      this.#requestCells.set(key, cell);
    }
    cell.inc();
    let latency = this.#latencyCells.get(name);
    if (latency === undefined) {
      latency = { observe: (value) => this.#latency.observe({ operation: name }, value) };
      this.#latencyCells.set(name, latency);
    }
    latency.observe(seconds);
  }

  batch(size: number, seconds: number): void {
    this.#batchSize.observe(size);
    this.#batchTime.observe(seconds);
  }

  cacheSeen(cache: string, hit: boolean): void {
    const key = hit ? `${cache}+` : cache;
    let cell = this.#cacheCells.get(key);
    if (cell === undefined) {
      const labels = { cache, result: hit ? 'hit' : 'miss' };
      cell = { inc: () => this.#cache.inc(labels) };
      this.#cacheCells.set(key, cell);
    }
    cell.inc();
  }

  notification(outcome: string, count: number): void {
    this.#notifications.inc({ outcome }, count);
  }
}
