import { aeStem, type Names, readAddress } from '../address.ts';
import { readSchedule, untilOpen } from '../schedule.ts';
import type { Resource } from '../store/resource.ts';
import type { Store } from '../store/store.ts';
import { nowTimestamp } from '../timestamp.ts';

type Schedule = (milliseconds: number) => boolean;

const nodeType = 14;
/** Whoever waits for a window looks again after this, since schedules change. */
const lookAheadMs = 60_000;

/** The times <schedule> resources leave open (TS-0004 §7.4.9, TS-0001 §9.6.9). */
export class Windows {
  readonly #store: Store;
  readonly #names: Names;
  readonly #baseNo: number;
  /** Keyed by the resource object, which is replaced when the schedule changes. */
  readonly #read = new WeakMap<Resource, readonly Schedule[]>();

  /** @param baseNo number of the <CSEBase> */
  constructor(store: Store, names: Names, baseNo: number) {
    this.#baseNo = baseNo;
    this.#store = store;
    this.#names = names;
  }

  /**
   * Milliseconds until the schedules below a resource (a <subscription>, a <node>, the <CSEBase>) are open; 0: now, or it
   * has none. At most a minute, after which the question is asked again.
   */
  untilOpen(parentNo: number): number | Promise<number> {
    const schedules = this.#store.schedulesOf(parentNo);
    return schedules instanceof Promise ? schedules.then((found) => this.#wait(found)) : this.#wait(schedules);
  }

  /** The same for this CSE itself. */
  untilAvailable(): number | Promise<number> {
    return this.untilOpen(this.#baseNo);
  }

  /** The same for a notification target: schedules of the node its AE or CSE runs on. A URL is reachable always. */
  async untilReachable(target: string): Promise<number> {
    if (target.includes('://')) return 0;
    const resource = await this.#at(aeStem(target, this.#names));
    const link = resource?.attributes.nl;
    if (typeof link !== 'string') return 0;
    const node = await this.#at(link);
    return node?.ty === nodeType ? this.untilOpen(node.no) : 0;
  }

  #wait(schedules: readonly Resource[]): number {
    if (schedules.length === 0) return 0;
    const now = nowTimestamp();
    const inForce = schedules.filter(({ attributes: { et } }) => typeof et !== 'string' || et > now);
    if (inForce.length === 0) return 0;
    return untilOpen(
      inForce.flatMap((schedule) => this.#entries(schedule)),
      Date.now(),
      lookAheadMs,
    );
  }

  #entries(schedule: Resource): readonly Schedule[] {
    let entries = this.#read.get(schedule);
    if (entries === undefined) {
      const { sce = [] } = schedule.attributes.se as unknown as { sce?: string[] };
      entries = sce.flatMap((text) => readSchedule(text) ?? []);
      this.#read.set(schedule, entries);
    }
    return entries;
  }

  async #at(id: string): Promise<Resource | undefined> {
    const address = readAddress(id, this.#names);
    if (!address.local || address.below !== undefined) return undefined;
    return address.structured ? this.#store.byPath(address.value) : this.#store.byRi(address.value);
  }
}
