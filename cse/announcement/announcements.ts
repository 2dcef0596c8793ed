import { randomUUID } from 'node:crypto';
import { messageOf } from '#platform';
import { cseOf } from '../address.ts';
import { type Json, type JsonObject, operation, type RequestPrimitive } from '../primitive.ts';
import type { Answer, Context } from '../procedures/context.ts';
import { currentAttributes } from '../procedures/result.ts';
import { alive } from '../procedures/target.ts';
import { definitionOf } from '../resources/index.ts';
import { statusName } from '../response-status.ts';
import { isInstance, type Resource } from '../store/resource.ts';
import { type CommittedChange, noEffects } from '../store/write.ts';
import { announcedAttributes, announcedDefinition, changesBetween } from './attributes.ts';
import { isCseId } from './check.ts';
import { type Announcement, AnnouncementTable } from './table.ts';

const cseBaseAnnouncedType = 10_005;
const never = '99991231T235959';
const release = '3';
const firstRetryMs = 1_000;
const longestRetryMs = 300_000;
const everyMs = 1_000;
/** Instances that were evicted tell nobody. */
const orphansEveryMs = 60_000;
const leaseMs = 30_000;
const dueMax = 100;
const atOnce = 8;
const writeAttempts = 5;

/** How the other CSE answered: done; not now, and worth another try; not ever. */
type Outcome = 'done' | 'later' | 'never';

/**
 * Keeps at other CSEs what resources here announce (TS-0001 §9.6.26, §10.2.13, TS-0004 §7.3.3.10, §7.3.3.11). The table
 * says what is to be there; whatever differs is brought into line, tried again while the other CSE is away, and gone on
 * with after a restart.
 */
export class Announcements {
  readonly #context: Context;
  readonly #table: AnnouncementTable;
  readonly #busy = new Map<string, Promise<unknown>>();
  readonly #touched = new Set<string>();
  readonly #policiesOf = new Set<string>();
  #orphans = false;
  #orphansAt = 0;
  /** Nothing is announced: then no change needs a look. */
  #none = true;
  #timer: NodeJS.Timeout | undefined;
  #hurried = false;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(context: Context) {
    this.#context = context;
    this.#table = new AnnouncementTable(context.store.pool);
  }

  async start(): Promise<void> {
    this.#none = await this.#table.isEmpty();
    if (!this.#none) await this.#table.touchAll();
    this.#context.observe((change) => this.#saw(change));
    this.#soon();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  /** Address of the announced resource of an original at a CSE, if it is there. */
  addressOf(ri: string, cse: string): Promise<string | undefined> {
    return this.#table.addressOf(ri, cse);
  }

  /**
   * Announces a resource where its `at` says, takes back what it no longer says, and writes the addresses into `at`. What
   * did not succeed is left out of `at`; it is tried again in the background while the other CSE is away.
   *
   * @param before `at` before the request
   * @returns the resource with its new `at`
   */
  async settle(resource: Resource, before: Json | undefined): Promise<Resource> {
    this.#none = false;
    return this.#alone(resource.ri, async () => {
      const entries = listOf(resource.attributes.at);
      const known = await this.#table.of(resource.ri);
      const kept = new Set<number>();
      for (const entry of entries) {
        const row = known.find(
          ({ address, place, cse }) => address === entry || place === entry || (address !== null && cse === entry),
        );
        if (row?.wanted) kept.add(row.id);
        else if (!listOf(before).includes(entry)) {
          const { no, st, ri } = resource;
          const cse = cseOf(entry) ?? entry;
          const added = await this.#table.add({
            no,
            st: isInstance(resource.ty) ? (st ?? null) : null,
            ri,
            place: entry,
            cse,
          });
          kept.add(added.id);
        }
      }
      const leaving = known.filter(({ id, wanted }) => wanted && !kept.has(id)).map(({ id }) => id);
      if (leaving.length > 0) await this.#table.unwanted(leaving);
      await inGroups(await this.#table.of(resource.ri), atOnce, (row) => this.#bring(row, resource));
      return this.#writeAt(resource);
    });
  }

  /** Notices what concerns announcements; quick, as every change passes here. */
  #saw({ kind, resource, modified }: CommittedChange): void {
    if (this.#none || kind === 'created') return;
    if (kind === 'deleted') this.#orphans = true;
    else {
      if (listOf(resource.attributes.at).length > 0 || resource.parentNo === null) this.#touched.add(resource.ri);
      if (Object.hasOwn(modified ?? {}, 'acpi')) this.#policiesOf.add(resource.path);
    }
    if (this.#touched.size + this.#policiesOf.size > 0 || this.#orphans) this.#soon();
  }

  #soon(): void {
    if (this.#hurried) return;
    this.#hurried = true;
    this.#later(0);
  }

  #later(milliseconds: number): void {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#hurried = false;
      this.#running = this.#running
        .then(() => this.#round())
        .finally(() => {
          if (this.#timer === undefined) this.#later(everyMs);
        });
    }, milliseconds);
    this.#timer.unref();
  }

  async #round(): Promise<void> {
    if (this.#none || this.#stopped) return;
    try {
      await this.#takeNotice();
      const rows = await this.#table.due(dueMax, leaseMs);
      await inGroups(rows, atOnce, (row) => this.#alone(row.ri, () => this.#catchUp(row)));
      if (rows.length === dueMax) this.#soon();
    } catch (error) {
      this.#context.log.warn({ reason: messageOf(error) }, 'announcements wait');
    }
  }

  async #takeNotice(): Promise<void> {
    const touched = [...this.#touched];
    const paths = [...this.#policiesOf];
    this.#touched.clear();
    this.#policiesOf.clear();
    if (touched.length > 0) await this.#table.touched(touched);
    for (const path of paths) await this.#table.touchedBelow(path);
    if (!this.#orphans && Date.now() - this.#orphansAt < orphansEveryMs) return;
    this.#orphans = false;
    this.#orphansAt = Date.now();
    await this.#table.orphaned();
  }

  async #catchUp({ id }: Announcement): Promise<void> {
    const row = await this.#table.byId(id);
    if (row === undefined || this.#stopped) return;
    const resource = await this.#originalOf(row);
    await this.#bring(row, resource);
    const moved = (await this.#table.byId(id))?.address !== row.address;
    if (resource !== undefined && moved) await this.#writeAt(resource);
  }

  /** Brings one announced resource into line with its original. */
  async #bring(row: Announcement, original: Resource | undefined): Promise<Outcome> {
    const { log, settings } = this.#context;
    const { outcome, why } = await this.#attempt(row, original).catch((error: unknown) => ({
      outcome: 'later' as const,
      why: messageOf(error),
    }));
    if (outcome === 'done') return outcome;
    const hours = row.since === null ? 0 : (Date.now() - row.since.getTime()) / 3_600_000;
    const givenUp = outcome === 'never' || hours > settings.announcementRetryHours;
    log.info({ original: row.ri, at: row.address ?? row.place, why, givenUp }, 'an announcement did not succeed');
    if (!givenUp) {
      await this.#table.failed(row.id, {
        inMs: Math.min(firstRetryMs * 2 ** Math.min(row.attempts, 20), longestRetryMs),
      });
      return 'later';
    }
    if (row.address === null || !row.wanted) await this.#table.remove(row.id);
    else await this.#table.failed(row.id, undefined);
    return 'never';
  }

  async #attempt(row: Announcement, original: Resource | undefined): Promise<{ outcome: Outcome; why?: string }> {
    if (!row.wanted || original === undefined) return this.#takeBack(row);
    const wanted = await this.#wanted(row, original);
    if (row.address === null) return this.#create(row, original, wanted);
    const changes = changesBetween(row.sent, wanted);
    if (Object.keys(changes).length === 0) {
      await this.#table.succeeded(row.id, row.address, wanted);
      return { outcome: 'done' };
    }
    const element = announcedDefinition(original)?.element ?? '';
    const answer = await this.#ask({ op: operation.update, to: row.address, rcn: 0, pc: { [element]: changes } });
    if (answer.rsc === 2004) {
      await this.#table.succeeded(row.id, row.address, wanted);
      return { outcome: 'done' };
    }
    if (answer.rsc !== 4004) return judged(answer);
    await this.#table.lost(row.id);
    return this.#create({ ...row, address: null }, original, wanted);
  }

  async #takeBack(row: Announcement): Promise<{ outcome: Outcome; why?: string }> {
    if (row.address !== null) {
      const answer = await this.#ask({ op: operation.delete, to: row.address });
      if (answer.rsc !== 2002 && answer.rsc !== 4004) return judged(answer);
    }
    await this.#table.remove(row.id);
    return { outcome: 'done' };
  }

  async #create(
    row: Announcement,
    original: Resource,
    wanted: JsonObject,
  ): Promise<{ outcome: Outcome; why?: string }> {
    const definition = announcedDefinition(original);
    if (definition === undefined) return { outcome: 'never', why: 'the type has no announced variant' };
    const place = isCseId(row.place) ? await this.#parentAt(row.cse, original) : row.place;
    if (typeof place !== 'string') return place;
    const request = { op: operation.create, to: place, ty: definition.type, pc: { [definition.element]: wanted } };
    const answer = await this.#ask(request);
    const address = createdAddress(answer, row.cse);
    if (address === undefined) {
      // The representative of this CSE may have been taken away there; it is made anew with the next attempt.
      if (answer.rsc === 4004 && isCseId(row.place)) await this.#forgetBase(row.cse, place);
      return judged(answer, isCseId(row.place));
    }
    await this.#table.succeeded(row.id, address, wanted);
    return { outcome: 'done' };
  }

  /** Where a resource that is announced to a CSE belongs: below its announced parent, else below <CSEBaseAnnc>. */
  async #parentAt(cse: string, original: Resource): Promise<string | { outcome: Outcome; why?: string }> {
    const { store } = this.#context;
    const parent = original.parentNo === null ? undefined : await store.byNumber(original.parentNo);
    const announced = parent === undefined ? undefined : await this.#table.addressOf(parent.ri, cse);
    if (announced !== undefined) return announced;
    if (isInstance(original.ty)) return { outcome: 'never', why: 'its parent is not announced there' };
    return this.#baseAt(cse);
  }

  /** The <CSEBaseAnnc> that stands for this CSE at another, made when there is none (TS-0001 §10.2.13.2). */
  async #baseAt(cse: string): Promise<string | { outcome: Outcome; why?: string }> {
    const { names, store, remote } = this.#context;
    const base = await store.byPath(names.cseName);
    if (base === undefined) throw new Error('a CSE has a CSEBase');
    return this.#alone(`${base.ri} ${cse}`, async () => {
      const known = await this.#table.addressOf(base.ri, cse);
      if (known !== undefined) return known;
      const row = await this.#table.add({ no: base.no, st: null, ri: base.ri, place: cse, cse });
      const wanted = await this.#wanted(row, base);
      const element = definitionOf(cseBaseAnnouncedType)?.element ?? '';
      const { cb } = (await remote.directory.of(cse))?.attributes ?? {};
      const to = typeof cb === 'string' && cb.startsWith('/') ? cb : `${cse}/-`;
      const answer = await this.#ask({ op: operation.create, to, ty: cseBaseAnnouncedType, pc: { [element]: wanted } });
      const address = createdAddress(answer, cse);
      if (address === undefined) {
        await this.#table.remove(row.id);
        return judged(answer, true);
      }
      await this.#table.succeeded(row.id, address, wanted);
      return address;
    });
  }

  async #forgetBase(cse: string, address: string): Promise<void> {
    const ri = this.#context.names.cseId.slice(1);
    for (const row of await this.#table.of(ri)) {
      if (row.cse === cse && row.address === address) await this.#table.remove(row.id);
    }
  }

  async #wanted(row: Announcement, original: Resource): Promise<JsonObject> {
    const { names, store } = this.#context;
    const all = await currentAttributes(store, original);
    if (original.parentNo === null) all.et = never;
    return announcedAttributes(original, all, await this.#policies(original), names, row.cse.startsWith('//'));
  }

  /** Policies of a resource, or of the next one above that has some. */
  async #policies(original: Resource): Promise<Json | undefined> {
    for (const { attributes } of [original, ...(await this.#context.store.ancestors(original))]) {
      if (attributes.acpi !== undefined) return attributes.acpi;
    }
    return undefined;
  }

  async #originalOf({ no, st }: Announcement): Promise<Resource | undefined> {
    const { store } = this.#context;
    const resource = alive(await store.byNumber(no));
    return resource === undefined || st === null ? resource : alive(await store.instance(resource, st));
  }

  /** Writes where a resource is announced into its `at`. @returns the resource as it is then */
  async #writeAt(resource: Resource): Promise<Resource> {
    const { store, committer } = this.#context;
    const rows = await this.#table.of(resource.ri);
    const at = rows.flatMap(({ wanted, address }) => (wanted && address !== null ? [address] : []));
    if (isInstance(resource.ty)) {
      await this.#table.writeInstance(resource.no, resource.st ?? 0, at);
      store.latestChanged(resource.no);
      return { ...resource, attributes: { ...resource.attributes, at } };
    }
    for (let attempt = 1; attempt <= writeAttempts; attempt += 1) {
      const before = (await store.byNumber(resource.no)) ?? resource;
      const same = JSON.stringify(listOf(before.attributes.at)) === JSON.stringify(at);
      if (same || before.parentNo === null) return before;
      const after = { ...before, version: before.version + 1, attributes: { ...before.attributes, at } };
      const outcome = await committer.submit({ kind: 'update', resource: after, effects: () => noEffects });
      if (outcome.done) return after;
      store.invalidate({ containers: [], resources: [resource.no], subscribed: [], subtrees: [] });
    }
    return resource;
  }

  /** A request of this CSE at another one. */
  #ask(request: Omit<RequestPrimitive, 'rqi' | 'fr'>): Promise<Answer> {
    const originator = this.#context.names.cseId;
    return this.#context.perform(
      { ...request, fr: originator, rqi: randomUUID(), rvi: release },
      { originator, authenticated: true, registered: true },
    );
  }

  /** One thing at a time for one original. */
  async #alone<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#busy.get(key) ?? Promise.resolve();
    const mine = before.then(work, work);
    const settled = mine
      .catch(() => undefined)
      .finally(() => {
        if (this.#busy.get(key) === settled) this.#busy.delete(key);
      });
    this.#busy.set(key, settled);
    return mine;
  }
}

/** Refusals that may be over tomorrow: too late, credentials that are not exchanged yet. */
const passing: ReadonlySet<number> = new Set([4008, 4106, 4107]);
/** Failures of the other CSE that stay: NOT_IMPLEMENTED, RECEIVER_HAS_NO_PRIVILEGE, NOT_ACCEPTABLE. */
const lasting: ReadonlySet<number> = new Set([5001, 5105, 5207]);

/** Whether another attempt may succeed. @param unknownIsLater a CSE nobody knows may yet come */
function judged({ rsc, pc }: Answer, unknownIsLater = false): { outcome: Outcome; why: string } {
  const why = `${statusName(rsc) ?? rsc}: ${String(pc?.['m2m:dbg'] ?? '')}`;
  const later = passing.has(rsc) || (rsc >= 5000 && !lasting.has(rsc)) || (unknownIsLater && rsc === 4004);
  return { outcome: later ? 'later' : 'never', why };
}

/** SP-relative address of what was created. */
function createdAddress({ rsc, pc }: Answer, cse: string): string | undefined {
  const [content] = Object.values(pc ?? {});
  if (rsc !== 2001 || typeof content !== 'object' || content === null || Array.isArray(content)) return undefined;
  const { ri } = content;
  if (typeof ri !== 'string') return undefined;
  return ri.startsWith('/') ? ri : `${cse}/${ri}`;
}

const listOf = (value: Json | undefined): readonly string[] => (Array.isArray(value) ? value.map(String) : []);

async function inGroups<T>(items: readonly T[], size: number, work: (item: T) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < items.length; from += size) await Promise.all(items.slice(from, from + size).map(work));
}
