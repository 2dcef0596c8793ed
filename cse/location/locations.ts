import { messageOf } from '#platform';
import type { Background } from '../background.ts';
import type { Context } from '../procedures/context.ts';
import { deleteResource } from '../procedures/own-delete.ts';
import { Roster } from '../roster.ts';
import type { CommittedChange } from '../store/write.ts';
import { WorkQueue } from '../work-queue.ts';
import { arrived, periodOf, position } from './positioning.ts';

const locationPolicyType = 10;
const instanceType = 4;
/** Name of position updates in the timetable. */
export const positioningKind = 'positioning';

/** Keeps positions up to date as <locationPolicy> resources say (TS-0001 §9.6.10, §10.2.9). */
export class Locations implements Background {
  readonly #context: Context;
  readonly #roster: Roster;
  readonly #queue: WorkQueue;
  /** Number of the policy by identifier of its container. */
  readonly #byContainer = new Map<string, number>();
  #stopObserving: () => void = () => {};

  constructor(context: Context) {
    this.#context = context;
    this.#queue = new WorkQueue({ log: context.log, waitingMax: context.settings.actionQueueMax });
    this.#roster = new Roster(context, [locationPolicyType], (after, before) => {
      if (before !== undefined) this.#byContainer.delete(String(before.attributes.loi));
      if (after !== undefined) this.#byContainer.set(String(after.attributes.loi), after.no);
    });
    context.timetable.handle(positioningKind, async (no) => {
      const policy = await context.store.byNumber(no);
      const period = policy === undefined ? undefined : periodOf(policy);
      if (policy === undefined || period === undefined) return undefined;
      await position(context, policy);
      return period;
    });
  }

  async start(): Promise<void> {
    // Policies that are gone leave nothing.
    await this.#context.store.pool.query(
      'DELETE FROM cse.geofence g WHERE NOT EXISTS (SELECT FROM cse.resource r WHERE r.no = g.policy)',
    );
    this.#stopObserving = this.#context.observe((change) => this.#saw(change));
    await this.#roster.start();
  }

  async stop(): Promise<void> {
    this.#stopObserving();
    await this.#roster.stop();
    await this.#queue.stop();
  }

  #saw({ kind, resource, attributes, originator }: CommittedChange): void {
    if (kind === 'deleted' && resource.ty === locationPolicyType) {
      this.#later(resource.ri, () => this.#removeContainer(String(attributes.loi)));
      return;
    }
    if (this.#byContainer.size === 0 || kind !== 'created' || resource.ty !== instanceType) return;
    const no = this.#byContainer.get(resource.pi);
    // What the CSE has stored there itself is no news to it.
    if (no === undefined || originator === this.#context.names.cseId) return;
    this.#later(resource.pi, async () => {
      const policy = this.#roster.get(no);
      if (policy !== undefined) await arrived(this.#context, policy, attributes.con);
    });
  }

  /** A policy takes its container with it, also when it expires. */
  async #removeContainer(loi: string): Promise<void> {
    const { store, names, log } = this.#context;
    const container = await store.byRi(loi);
    if (container === undefined) return;
    await deleteResource(this.#context, container, names.cseId).catch((error: unknown) => {
      log.debug({ path: container.path, reason: messageOf(error) }, 'a location container was gone already');
    });
  }

  #later(key: string, job: () => Promise<void>): void {
    if (!this.#queue.add(key, job)) this.#context.log.warn({ key }, 'a position was not looked at: too many wait');
  }
}
