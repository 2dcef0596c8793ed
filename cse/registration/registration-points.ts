import { randomUUID } from 'node:crypto';
import { messageOf } from '#platform';
import { aeStem, cseOf } from '../address.ts';
import { type Json, type JsonObject, operation } from '../primitive.ts';
import type { Answer, Call, Context } from '../procedures/context.ts';
import { changeResource } from '../procedures/own-change.ts';
import { badRequest, Refused } from '../refusal.ts';
import { cseIdOf } from '../remote/directory.ts';
import { aeRegistrationStatus } from '../resources/enumerations.ts';
import { statusName } from '../response-status.ts';
import { type ResourceRow, resourceColumns, toResource } from '../store/store.ts';
import type { CommittedChange } from '../store/write.ts';
import { WorkQueue } from '../work-queue.ts';
import { mayRefer, referencesIn, referringTypes, replaced } from './ae-references.ts';
import { cseReferringTo, noteReference } from './contact-list.ts';
import { inactive } from './enrolment.ts';

const aeType = 2;
const release = '3';
const waitingMax = 10_000;

interface Known {
  readonly path: string;
  readonly references: ReadonlySet<string>;
}

/**
 * Which AEs are referred to from here, and what follows when one registers with another CSE (TS-0001 §10.2.16, TS-0004
 * §7.5.1.2.16, §7.5.1.2.17). The IN-CSE keeps the list of who refers to whom; every CSE tells it what changes.
 */
export class RegistrationPoints {
  readonly #context: Context;
  readonly #queue: WorkQueue;
  readonly #known = new Map<number, Known>();

  constructor(context: Context) {
    this.#context = context;
    this.#queue = new WorkQueue({ log: context.log, waitingMax });
  }

  async start(): Promise<void> {
    const { rows } = await this.#context.store.pool.query<ResourceRow>(
      `SELECT ${resourceColumns} FROM cse.resource r LEFT JOIN cse.resource p ON p.no = r.parent_no
       WHERE (r.ty IN (${referringTypes.join(', ')}) OR r.ty > 10000) AND r.attributes::text ~ '"/[^/"]+/[CS]'`,
    );
    for (const resource of rows.map(toResource)) this.#note(resource.no, resource.path, referencesIn(resource));
    this.#context.observe((change) => this.#saw(change));
  }

  stop(): Promise<void> {
    return this.#queue.stop();
  }

  /** NOTIFY of the CSEBase about registration points. @returns undefined when it is about something else */
  async receive({ request: { pc }, asker }: Call): Promise<Answer | undefined> {
    const notification = pc?.['m2m:sgn'];
    if (typeof notification !== 'object' || notification === null || Array.isArray(notification)) return undefined;
    const { aerp, aerid } = notification;
    if (aerp !== true && aerid !== true) return undefined;
    const [before, now] = [trackingId(notification, 'tid1'), trackingId(notification, 'tid2')];
    const { settings, remote, names } = this.#context;
    const cse = cseOf(asker.originator);
    if (cse !== asker.originator) throw new Refused('ORIGINATOR_HAS_NO_PRIVILEGE', `${asker.originator} is no CSE`);
    if (aerid === true) {
      if (settings.type !== 'IN')
        throw new Refused('OPERATION_NOT_ALLOWED', 'aerid: the IN-CSE keeps the list of AE references');
      await noteReference(this.#context, cse, before, now);
      return { rsc: 2000 };
    }
    if (before === undefined || now === undefined)
      throw badRequest('tid1, tid2: both registration points are expected');
    const fromAbove =
      settings.type !== 'IN' &&
      (asker.originator === remote.directory.registrar || (await this.#infrastructure()) === cse);
    if (!fromAbove && cseOf(now) !== cse)
      throw new Refused('ORIGINATOR_HAS_NO_PRIVILEGE', `aerp: ${cse} does not speak for ${now}`);
    await this.#moved(before, now);
    if (settings.type === 'IN') this.#tellOthers(before, now, [cse, names.cseId]);
    return { rsc: 2000 };
  }

  #saw({ kind, resource }: CommittedChange): void {
    if (kind === 'deleted') this.#forgetBelow(resource.path);
    else if (mayRefer(resource.ty)) this.#note(resource.no, resource.path, referencesIn(resource));
  }

  /** An AE with an identifier of the service provider has another registrar: the IN-CSE sees it at the <AEAnnc>. */
  relinked(before: Json | undefined, now: Json | undefined): void {
    if (typeof before !== 'string' || typeof now !== 'string' || before === inactive || now === inactive) return;
    if (cseOf(before) === cseOf(now) || this.#context.settings.type !== 'IN') return;
    this.#queue.add(before, () => this.#moved(before, now));
    this.#tellOthers(before, now, [this.#context.names.cseId]);
  }

  #note(no: number, path: string, references: ReadonlySet<string>): void {
    const before = this.#known.get(no)?.references ?? new Set();
    if (references.size === 0) this.#known.delete(no);
    else this.#known.set(no, { path, references });
    for (const identifier of references) if (!before.has(identifier)) this.#report(undefined, identifier);
    for (const identifier of before) if (!references.has(identifier)) this.#dropped(identifier);
  }

  #forgetBelow(path: string): void {
    if (this.#known.size === 0) return;
    for (const [no, known] of this.#known) {
      if (known.path !== path && !known.path.startsWith(`${path}/`)) continue;
      this.#known.delete(no);
      for (const identifier of known.references) this.#dropped(identifier);
    }
  }

  #dropped(identifier: string): void {
    const stillThere = [...this.#known.values()].some(({ references }) => references.has(identifier));
    if (!stillThere) this.#report(identifier, undefined);
  }

  /** Tells the IN-CSE which AE is referred to from here, or no longer. */
  #report(before: string | undefined, now: string | undefined): void {
    const { names, settings } = this.#context;
    this.#queue.add('contact list', async () => {
      if (settings.type === 'IN') return noteReference(this.#context, names.cseId, before, now);
      const infrastructure = await this.#infrastructure();
      if (infrastructure === undefined) return;
      await this.#notify(infrastructure, { aerid: true, ...tracking(before, now) });
    });
  }

  async #moved(before: string, now: string): Promise<void> {
    const { names, store } = this.#context;
    for (const [no, { references }] of [...this.#known]) {
      if (references.has(before))
        await changeResource(this.#context, no, (resource) => replaced(resource, before, now));
    }
    const prior = cseOf(before) === names.cseId ? await store.byRi(aeStem(before, names)) : undefined;
    if (prior?.ty === aeType) {
      await changeResource(this.#context, prior.no, () => ({ regs: aeRegistrationStatus.of.inactive }));
    }
  }

  /** The CSEs that refer to the AE, and its former registrar (TS-0001 §10.2.16.1). */
  #tellOthers(before: string, now: string, except: readonly string[]): void {
    this.#queue.add('registration points', async () => {
      const { remote } = this.#context;
      const referring = await cseReferringTo(this.#context, before);
      const told = new Set([...referring, cseOf(before) ?? '']);
      const known = new Set([
        ...(await remote.directory.all()).map(cseIdOf),
        ...(await remote.directory.descendants()),
      ]);
      for (const cse of told) {
        if (known.has(cse) && !except.includes(cse)) await this.#notify(cse, { aerp: true, ...tracking(before, now) });
      }
    });
  }

  async #notify(cse: string, notification: JsonObject): Promise<void> {
    const { names, log } = this.#context;
    const request = {
      op: operation.notify,
      to: `${cse}/-`,
      fr: names.cseId,
      rqi: randomUUID(),
      rvi: release,
      pc: { 'm2m:sgn': notification },
    };
    const { rsc, pc } = await this.#context.perform(request, {
      originator: names.cseId,
      authenticated: true,
      registered: true,
    });
    if (rsc >= 4000)
      log.info(
        { cse, reason: `${statusName(rsc) ?? rsc}: ${messageOf(pc?.['m2m:dbg'])}` },
        'a CSE was not told of a registration point',
      );
  }

  async #infrastructure(): Promise<string | undefined> {
    const { store, names } = this.#context;
    const ici = (await store.byPath(names.cseName))?.attributes.ici;
    return typeof ici === 'string' ? ici : undefined;
  }
}

const tracking = (tid1: string | undefined, tid2: string | undefined): JsonObject => ({
  ...(tid1 === undefined ? {} : { tid1 }),
  ...(tid2 === undefined ? {} : { tid2 }),
});

function trackingId(notification: JsonObject, name: 'tid1' | 'tid2'): string | undefined {
  const value: Json | undefined = notification[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string' || !/^\/[^/]+\/[CS]\S*$/.test(value))
    throw badRequest(`${name}: the SP-relative identifier of an AE is expected`);
  return value;
}
