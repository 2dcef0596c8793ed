import { LRUCache } from 'lru-cache';

/**
 * A bounded cache in front of a slow source. A value that was being loaded while it was set or invalidated is handed to
 * whoever asked, but not kept: it may already be out of date.
 */
export class ReadThrough<K extends string | number, V extends object> {
  readonly #kept: LRUCache<K, V>;
  readonly #loading = new Map<K, Promise<V | undefined>>();
  readonly #source: (key: K) => Promise<V | undefined>;
  readonly #seen: (hit: boolean) => void;

  constructor(entriesMax: number, source: (key: K) => Promise<V | undefined>, seen: (hit: boolean) => void = () => {}) {
    this.#kept = new LRUCache<K, V>({ max: entriesMax });
    this.#source = source;
    this.#seen = seen;
  }

  /** What is in memory, without loading. */
  peek(key: K): V | undefined {
    return this.#kept.get(key);
  }

  get(key: K): V | undefined | Promise<V | undefined> {
    const kept = this.#kept.get(key);
    this.#seen(kept !== undefined);
    return kept ?? this.#loading.get(key) ?? this.#load(key);
  }

  set(key: K, value: V): void {
    this.#loading.delete(key);
    this.#kept.set(key, value);
  }

  invalidate(key: K): void {
    this.#loading.delete(key);
    this.#kept.delete(key);
  }

  /** What is being loaded is handed to whoever asked, but not kept. */
  keepNoLoads(): void {
    this.#loading.clear();
  }

  clear(): void {
    this.#loading.clear();
    this.#kept.clear();
  }

  keys(): Iterable<K> {
    return this.#kept.keys();
  }

  #load(key: K): Promise<V | undefined> {
    const loading = this.#source(key).then(
      (value) => {
        if (this.#loading.get(key) === loading) {
          this.#loading.delete(key);
          if (value !== undefined) this.#kept.set(key, value);
        }
        return value;
      },
      (error: unknown) => {
        if (this.#loading.get(key) === loading) this.#loading.delete(key);
        throw error;
      },
    );
    this.#loading.set(key, loading);
    return loading;
  }
}
