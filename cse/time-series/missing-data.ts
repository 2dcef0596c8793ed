import { messageOf } from '#platform';
import type { Background } from '../background.ts';
import type { JsonObject } from '../primitive.ts';
import type { Context } from '../procedures/context.ts';
import { changeResource } from '../procedures/own-change.ts';
import { Roster } from '../roster.ts';
import type { Resource } from '../store/resource.ts';
import type { CommittedChange } from '../store/write.ts';
import { WorkQueue } from '../work-queue.ts';
import { writeDataGenerationTime } from './data-generation-time.ts';
import { Detection, type Period } from './detection.ts';
import {
  absentAt,
  forgetDetection,
  forgetLeftOver,
  forgetWindow,
  keepProgress,
  readProgress,
} from './detection-store.ts';
import { tellMissing } from './missing-data-report.ts';

const timeSeriesType = 29;
const timeSeriesInstanceType = 30;
const subscriptionType = 23;
/** Shortest wait between two looks, whatever the period; longest wait of a timer. */
const waitMsMin = 20;
const waitMsMax = 2 ** 31 - 1;
const retryMs = 1_000;
const keepProgressEveryMs = 30_000;

/** A timeSeries whose missing data are detected; without a detection it waits for its first instance. */
interface Watched {
  readonly period: Period;
  detection?: Detection;
  timer?: NodeJS.Timeout;
  /** Whether the store knows how far it is. */
  kept: boolean;
}

/**
 * Detects missing data of timeSeries with `mdd` and `pei` (TS-0001 §10.2.4.29): notes them in `mdlt` and `mdc`, and reports
 * them to the subscriptions that ask for it. How far each detection is, is kept in the store: what did not come while the
 * CSE was away is missing too.
 */
export class MissingData implements Background {
  readonly #context: Context;
  readonly #roster: Roster;
  readonly #queue: WorkQueue;
  readonly #watched = new Map<number, Watched>();
  #stopObserving: () => void = () => {};
  #keeping: NodeJS.Timeout | undefined;

  constructor(context: Context) {
    this.#context = context;
    this.#queue = new WorkQueue({ log: context.log, waitingMax: context.settings.timeSeriesQueueMax });
    this.#roster = new Roster(context, [timeSeriesType], (after, before) => this.#changed(after, before), {
      condition: `r.attributes->'mdd' = 'true'`,
      holds: (resource) => periodOf(resource) !== undefined,
    });
  }

  async start(): Promise<void> {
    const { pool } = this.#context.store;
    await this.#roster.start();
    await forgetLeftOver(pool, [...this.#watched.keys()]);
    for (const { no, ...progress } of await readProgress(pool)) {
      const watched = this.#watched.get(no);
      if (watched !== undefined && watched.detection === undefined)
        this.#begin(no, watched, new Detection(watched.period, progress), true);
    }
    this.#stopObserving = this.#context.observe((change) => this.#saw(change));
    this.#keeping = setInterval(() => this.#keepProgress(), keepProgressEveryMs).unref();
  }

  async stop(): Promise<void> {
    this.#stopObserving();
    clearInterval(this.#keeping);
    await this.#roster.stop();
    this.#keepProgress();
    await this.#queue.stop();
    for (const { timer } of this.#watched.values()) clearTimeout(timer);
  }

  #changed(after: Resource | undefined, before: Resource | undefined): void {
    const no = after?.no ?? before?.no ?? 0;
    const period = after === undefined ? undefined : periodOf(after);
    const watched = this.#watched.get(no);
    if (period === undefined) this.#drop(no, watched);
    else if (watched === undefined) this.#watched.set(no, { period, kept: true });
  }

  #drop(no: number, watched: Watched | undefined): void {
    if (watched === undefined) return;
    clearTimeout(watched.timer);
    this.#watched.delete(no);
    this.#queue.add('progress', () => forgetDetection(this.#context.store.pool, no));
  }

  #saw({ kind, resource, attributes, modified }: CommittedChange): void {
    if (kind === 'created' && resource.ty === timeSeriesInstanceType) {
      const watched = this.#watched.get(resource.no);
      if (watched !== undefined) this.#arrived(resource.no, watched, String(attributes.dgt));
    } else if (kind === 'updated' && resource.ty === timeSeriesType && modified?.mdd === true) {
      // The detection begins anew, whether it was under way or not (TS-0004 §7.4.38.2.3).
      const watched = this.#watched.get(resource.no);
      this.#drop(resource.no, watched);
      if (watched !== undefined) this.#watched.set(resource.no, { period: watched.period, kept: true });
    } else if (kind === 'updated' && resource.ty === subscriptionType && modified?.enc !== undefined) {
      this.#queue.add(String(resource.parentNo), () => forgetWindow(this.#context.store.pool, resource.no));
    }
  }

  #arrived(no: number, watched: Watched, dgt: string): void {
    if (watched.detection !== undefined) watched.detection.arrived(dgt);
    else {
      this.#begin(no, watched, Detection.begin(watched.period, dgt, Date.now()), false);
      this.#keepProgress();
    }
  }

  #begin(no: number, watched: Watched, detection: Detection, kept: boolean): void {
    watched.detection = detection;
    watched.kept = kept;
    this.#wait(no, watched, detection.nextLookAt - Date.now());
  }

  #wait(no: number, watched: Watched, milliseconds: number): void {
    clearTimeout(watched.timer);
    if (this.#watched.get(no) !== watched) return;
    const wait = Math.min(Math.max(milliseconds, waitMsMin), waitMsMax);
    watched.timer = setTimeout(() => this.#look(no, watched), wait).unref();
  }

  #look(no: number, watched: Watched): void {
    const { detection } = watched;
    if (detection === undefined || this.#watched.get(no) !== watched) return;
    const { missingDataMax } = this.#context.settings;
    const before = detection.progress;
    const absent = detection.advance(Date.now(), missingDataMax);
    if (detection.progress.next !== before.next) watched.kept = false;
    const goOn = () => this.#wait(no, watched, detection.nextLookAt - Date.now());
    if (absent.length === 0) goOn();
    else if (!this.#queue.add(String(no), () => this.#settle(no, watched, detection, absent).finally(goOn))) {
      // Too much waits: the same points are looked at again a little later.
      watched.detection = new Detection(watched.period, before);
      this.#wait(no, watched, retryMs);
    }
  }

  /** Notes and reports those points that are not in the store either. */
  async #settle(no: number, watched: Watched, detection: Detection, points: readonly number[]): Promise<void> {
    const { store } = this.#context;
    const { relative } = detection;
    const written = (milliseconds: number): string => writeDataGenerationTime({ relative, milliseconds });
    const { peid } = watched.period;
    const missing = (
      await absentAt(
        store.pool,
        no,
        points.map((point) => detection.expectedAt(point)),
        (milliseconds) => [written(milliseconds - peid), written(milliseconds + peid + 1)],
      )
    ).map((milliseconds) => ({ dgt: written(milliseconds), lookedForAt: detection.lookAt(milliseconds) }));
    if (missing.length === 0 || this.#watched.get(no) !== watched) return;
    let noted: string[] = [];
    const timeSeries = await changeResource(this.#context, no, ({ attributes }) => {
      const known = Array.isArray(attributes.mdlt) ? attributes.mdlt.map(String) : [];
      noted = missing.map(({ dgt }) => dgt).filter((dgt) => !known.includes(dgt));
      return noted.length === 0 || attributes.mdd !== true ? undefined : this.#listed(attributes, noted, known);
    });
    if (timeSeries !== undefined) {
      const points = missing.filter(({ dgt }) => noted.includes(dgt));
      await tellMissing(this.#context, timeSeries, points);
    }
    await keepProgress(store.pool, [{ no, ...detection.progress }]);
  }

  /** The latest first, as many as there may be. */
  #listed({ mdn }: JsonObject, missing: readonly string[], known: readonly string[]): JsonObject {
    const { missingDataMax } = this.#context.settings;
    const atMost = typeof mdn === 'number' ? Math.min(mdn, missingDataMax) : missingDataMax;
    const mdlt = [...missing.toReversed(), ...known].slice(0, atMost);
    return { mdlt, mdc: mdlt.length };
  }

  #keepProgress(): void {
    const behind = [...this.#watched].flatMap(([no, watched]) => {
      const { detection, kept } = watched;
      if (kept || detection === undefined) return [];
      watched.kept = true;
      return [{ no, ...detection.progress }];
    });
    if (behind.length === 0) return;
    this.#queue.add('progress', () =>
      keepProgress(this.#context.store.pool, behind).catch((error: unknown) => {
        for (const { no } of behind) {
          const watched = this.#watched.get(no);
          if (watched !== undefined) watched.kept = false;
        }
        this.#context.log.warn({ reason: messageOf(error) }, 'how far detections are is stored later');
      }),
    );
  }
}

/** What a timeSeries is watched by; undefined: it is not. */
function periodOf({ attributes: { mdd, pei, peid, mdt } }: Resource): Period | undefined {
  if (mdd !== true || typeof pei !== 'number' || typeof mdt !== 'number') return undefined;
  return { pei, peid: typeof peid === 'number' ? peid : 0, mdt };
}
