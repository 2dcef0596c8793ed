import { messageOf } from '#platform';
import { aeStem } from '../address.ts';
import type { Background } from '../background.ts';
import type { JsonObject } from '../primitive.ts';
import type { Context } from '../procedures/context.ts';
import { alive } from '../procedures/target.ts';
import { beaconCriteria } from '../resources/enumerations.ts';
import { Roster } from '../roster.ts';
import type { Resource } from '../store/resource.ts';
import { fromDuration, fromTimestamp, nowTimestamp } from '../timestamp.ts';

const timeSyncBeaconType = 60;
/** Name of periodic beacons in the timetable. */
const kind = 'beacon';
/** Least rest between two beacons because of one clock. */
const restMs = 1_000;
const sendTimeoutMs = 10_000;
const { periodic, lossOfSynchronization } = beaconCriteria.of;

/**
 * Sends the beacons of <timeSyncBeacon> resources (release 4): at an interval, or when the time in a request of somebody
 * shows that its clock has gone astray. A beacon is only worth something at once, so that none is kept or sent again.
 */
export class Beacons implements Background {
  readonly #context: Context;
  readonly #roster: Roster;
  /** Beacons for loss of synchronization, by AE-ID or CSE-ID of whose clock is looked at. */
  readonly #byRequester = new Map<string, Set<number>>();
  /** When each was last sent because of a clock, milliseconds since 1970. */
  readonly #sentAt = new Map<number, number>();
  /** Number of the beacon and target; one beacon is on the way to a target at a time. */
  readonly #sending = new Map<string, Promise<void>>();
  readonly #stopping = new AbortController();

  constructor(context: Context) {
    this.#context = context;
    this.#roster = new Roster(context, [timeSyncBeaconType], (after, before) => this.#index(after, before));
    context.timetable.handle(kind, async (no) => {
      const beacon = alive(await context.store.byNumber(no));
      if (beacon === undefined || beacon.attributes.bcnc !== periodic) return undefined;
      this.#send(beacon);
      return intervalOf(beacon);
    });
  }

  async start(): Promise<void> {
    await this.#roster.start();
    const { rows } = await this.#context.store.pool.query<{ no: number }>(
      'SELECT no FROM cse.timetable WHERE kind = $1',
      [kind],
    );
    const entered = new Set(rows.map(({ no }) => no));
    for (const beacon of this.#roster.values()) if (!entered.has(beacon.no)) await enter(this.#context, beacon);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#roster.stop();
    await Promise.allSettled(this.#sending.values());
  }

  /**
   * Somebody's clock was seen.
   * @param time originating timestamp of a request
   */
  clockSeen(originator: string, time: string): void {
    for (const no of this.#byRequester.get(originator) ?? []) {
      const beacon = alive(this.#roster.get(no));
      const milliseconds = fromTimestamp(time);
      if (beacon === undefined || milliseconds === undefined) continue;
      const now = Date.now();
      const threshold = fromDuration(String(beacon.attributes.bcnt)) ?? 0;
      if (Math.abs(now - milliseconds) <= threshold || now - (this.#sentAt.get(no) ?? 0) < restMs) continue;
      this.#sentAt.set(no, now);
      this.#send(beacon);
    }
  }

  #index(after: Resource | undefined, before: Resource | undefined): void {
    const requesterOf = (beacon: Resource | undefined): string | undefined =>
      beacon?.attributes.bcnc === lossOfSynchronization
        ? aeStem(String(beacon.attributes.bcnr), this.#context.names)
        : undefined;
    const no = after?.no ?? before?.no ?? 0;
    if (after === undefined) this.#sentAt.delete(no);
    const [old, now] = [requesterOf(before), requesterOf(after)];
    if (old === now) return;
    if (old !== undefined) {
      const numbers = this.#byRequester.get(old);
      numbers?.delete(no);
      if (numbers?.size === 0) this.#byRequester.delete(old);
    }
    if (now !== undefined) this.#byRequester.set(now, (this.#byRequester.get(now) ?? new Set()).add(no));
  }

  #send({ no, ri, path, attributes: { bcnu } }: Resource): void {
    const { targets, names, log, settings } = this.#context;
    for (const target of Array.isArray(bcnu) ? bcnu.map(String) : []) {
      const key = `${no} ${target}`;
      if (this.#stopping.signal.aborted || this.#sending.has(key)) continue;
      if (this.#sending.size >= settings.beaconsMax) {
        log.warn({ path, target }, 'a beacon is left out, because too many are under way');
        continue;
      }
      const content: JsonObject = { 'm2m:tsbn': { tbr: `${names.cseId}/${ri}`, ctm: nowTimestamp() } };
      const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(sendTimeoutMs)]);
      const sending = targets.send(target, content, signal).then(
        () => {},
        (error: unknown) => log.debug({ path, target, reason: messageOf(error) }, 'a beacon did not arrive'),
      );
      this.#sending.set(
        key,
        sending.finally(() => this.#sending.delete(key)),
      );
    }
  }
}

/** Has the next beacon sent in an interval from now; none when beacons are not periodic. */
export async function enter({ timetable }: Context, beacon: Resource): Promise<void> {
  if (beacon.attributes.bcnc === periodic) await timetable.put(kind, beacon.no, intervalOf(beacon));
}

const intervalOf = ({ attributes: { bcni } }: Resource): number => fromDuration(String(bcni)) ?? 0;
