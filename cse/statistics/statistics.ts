import { aeStem } from '../address.ts';
import type { Background } from '../background.ts';
import { operation, type RequestPrimitive, type ResponsePrimitive } from '../primitive.ts';
import type { Context } from '../procedures/context.ts';
import { findTarget } from '../procedures/target.ts';
import { Refused } from '../refusal.ts';
import { eventType } from '../resources/enumerations.ts';
import { Roster } from '../roster.ts';
import { holdsInstances, isInstance, type Resource } from '../store/resource.ts';
import type { CommittedChange } from '../store/write.ts';
import { fromTimestamp } from '../timestamp.ts';
import { WorkQueue } from '../work-queue.ts';
import { Records } from './records.ts';
import { collectType, eventConfigType, isTimerBased, nameOf, ruleOf, type StatisticsRule } from './rule.ts';

/** Name of ends of timer based events in the timetable. */
const kind = 'statistics';
const { dataOperation, storageBased, timerBased } = eventType.of;
const operationOf = { created: operation.create, updated: operation.update, deleted: operation.delete } as const;

/**
 * Counts what <statsCollect> and <eventConfig> ask for (TS-0001 §9.6.23 to §9.6.25, §10.2.11): operations that succeeded,
 * sizes that were exceeded, sizes at the end of a period. Changes are counted by the node that commits them, retrievals and
 * notifications by the node that answers them.
 */
export class Statistics implements Background {
  readonly #context: Context;
  readonly #roster: Roster;
  readonly #records: Records;
  readonly #queue: WorkQueue;
  /** Undefined: have to be made anew. */
  #rules: readonly StatisticsRule[] | undefined;
  #stopObserving: (() => void)[] = [];

  constructor(context: Context) {
    this.#context = context;
    const { store, log, settings } = context;
    this.#roster = new Roster(context, [collectType, eventConfigType], () => {
      this.#rules = undefined;
    });
    this.#records = new Records({ pool: store.pool, log, retentionDays: settings.statisticsRetentionDays });
    this.#queue = new WorkQueue({ log, waitingMax: settings.actionQueueMax });
    context.timetable.handle(kind, (no) => this.#periodEnds(no));
  }

  async start(): Promise<void> {
    await this.#roster.start();
    this.#stopObserving = [
      this.#context.observe((change) => this.#saw(change)),
      this.#context.observeRequests((request, response) => this.#answered(request, response)),
    ];
  }

  async stop(): Promise<void> {
    for (const stop of this.#stopObserving) stop();
    await this.#roster.stop();
    await this.#queue.stop();
    await this.#records.stop();
  }

  #active(): readonly StatisticsRule[] {
    if (this.#rules === undefined) {
      const all = this.#roster.values();
      const events = all.filter(({ ty }) => ty === eventConfigType);
      this.#rules = all
        .filter(({ ty }) => ty === collectType)
        .map((collect) => ruleOf(collect, events, this.#context.names))
        .filter((rule) => rule !== undefined);
    }
    return this.#rules;
  }

  #saw(change: CommittedChange): void {
    if (this.#roster.size === 0) return;
    const { resource } = change;
    if (resource.ty === collectType || resource.ty === eventConfigType) this.#later(() => this.#enterPeriods());
    const rules = this.#active().filter((rule) => !isTimerBased(rule));
    if (rules.length === 0) return;
    const names = namesOf(resource, change.kind === 'created');
    const now = Date.now();
    for (const rule of rules) {
      if (!rule.isOpen(now) || !rule.collects(change.originator)) continue;
      if (rule.type === storageBased) this.#later(() => this.#compareSize(rule, change, now));
      else if (rule.counts(operationOf[change.kind]) && rule.concerns(resource.ty, names))
        this.#record(rule, change.originator, { operation: operationOf[change.kind], start: now, end: now });
    }
  }

  /** Retrievals and notifications change nothing; they are seen by their answers. */
  #answered(request: RequestPrimitive, { rsc }: ResponsePrimitive): void {
    const { op } = request;
    if (this.#roster.size === 0 || rsc < 2000 || rsc >= 3000) return;
    if (op !== operation.retrieve && op !== operation.notify) return;
    const now = Date.now();
    const originator = aeStem(request.fr ?? '', this.#context.names);
    const rules = this.#active().filter(
      (rule) => rule.type === dataOperation && rule.counts(op) && rule.isOpen(now) && rule.collects(originator),
    );
    if (rules.length === 0) return;
    this.#later(async () => {
      const target = await this.#targetOf(request.to);
      for (const rule of rules) {
        const [type, names] = target === undefined ? [0, []] : [target.ty, namesOf(target, false)];
        if (rule.concerns(type, [...names, nameOf(request.to, this.#context.names)]))
          this.#record(rule, originator, { operation: op, start: now, end: now });
      }
    });
  }

  async #targetOf(to: string): Promise<Resource | undefined> {
    try {
      const { resource } = await findTarget(this.#context, to);
      return resource;
    } catch (error) {
      if (error instanceof Refused) return undefined;
      throw error;
    }
  }

  /** A change after which a resource, or the container of an instance, is larger than the event says. */
  async #compareSize(rule: StatisticsRule, change: CommittedChange, now: number): Promise<void> {
    if (change.kind === 'deleted') return;
    const { resource, attributes } = change;
    const { store } = this.#context;
    const holder = isInstance(resource.ty) ? await store.byNumber(resource.no) : resource;
    const sizes: [Resource, number][] = [[resource, Number(attributes.cs ?? 0)]];
    if (holder !== undefined && holdsInstances(holder.ty)) sizes.push([holder, (await store.counters(holder.no)).cbs]);
    for (const [of, sizeBytes] of sizes) {
      if (sizeBytes > rule.sizeBytes && rule.concerns(of.ty, namesOf(of, false)))
        this.#record(rule, change.originator, { operation: 0, sizeBytes, start: now, end: now });
    }
  }

  /** Ends of periods that are being waited for, as the rules are now. */
  async #enterPeriods(): Promise<void> {
    const { timetable } = this.#context;
    const waiting = new Set(this.#active().filter(isTimerBased));
    for (const { no } of this.#roster.values().filter(({ ty }) => ty === collectType)) {
      const rule = [...waiting].find(({ collect }) => collect.no === no);
      const end = fromTimestamp(String(rule?.event.attributes.eve ?? ''));
      if (rule === undefined || end === undefined || end < Date.now()) await timetable.drop(kind, no);
      else await timetable.put(kind, no, end - Date.now());
    }
  }

  /** At the end of a period the memory of the containers it is about is recorded (TS-0001 §12.1.1). */
  async #periodEnds(no: number): Promise<undefined> {
    const rule = this.#active().find(({ collect, type }) => collect.no === no && type === timerBased);
    if (rule === undefined) return undefined;
    const { attributes } = rule.event;
    const end = fromTimestamp(String(attributes.eve ?? '')) ?? Date.now();
    const start = fromTimestamp(String(attributes.evs ?? '')) ?? end;
    let sizeBytes = 0;
    for (const reference of Array.isArray(attributes.eris) ? attributes.eris.map(String) : []) {
      const resource = await this.#targetOf(reference);
      if (resource === undefined) continue;
      sizeBytes += holdsInstances(resource.ty)
        ? (await this.#context.store.counters(resource.no)).cbs
        : Number(resource.attributes.cs ?? 0);
    }
    this.#record(rule, String(rule.collect.attributes.cei), { operation: 0, sizeBytes, start, end });
    return undefined;
  }

  #record(
    { collect: { attributes }, type }: StatisticsRule,
    entity: string,
    event: { operation: number; sizeBytes?: number; start: number; end: number },
  ): void {
    this.#records.add({
      sizeBytes: 0,
      ...event,
      event: type,
      statsCollectId: String(attributes.sci),
      collectingEntityId: String(attributes.cei),
      collectedEntityId: entity,
    });
  }

  #later(job: () => Promise<void>): void {
    if (!this.#queue.add('statistics', job)) this.#context.log.warn('an event was not counted: too many wait');
  }
}

/** What a resource is known by; what is created also counts as an event of its parent. */
const namesOf = ({ ri, path, pi }: Resource, withParent: boolean): string[] =>
  withParent ? [ri, path, pi, path.slice(0, path.lastIndexOf('/'))] : [ri, path];
