import { randomUUID } from 'node:crypto';
import { type Log, messageOf } from '#platform';
import type { Names } from '../address.ts';
import { type Json, type JsonObject, operation, type RequestPrimitive, type ResponsePrimitive } from '../primitive.ts';
import { statusName } from '../response-status.ts';
import type { Resource } from '../store/resource.ts';
import type { Store } from '../store/store.ts';
import { toTimestamp } from '../timestamp.ts';
import { cseIdOf, type Directory } from './directory.ts';
import type { Links } from './link.ts';

const remoteCseType = 16;
const element = 'm2m:csr';
const firstRetryMs = 500;
const longestRetryMs = 30_000;
const longestPauseMs = 60_000;
const release = '3';

export interface RegistrationOptions {
  readonly names: Names;
  readonly store: Store;
  readonly directory: Directory;
  readonly links: Links;
  readonly log: Log;
  /** Resource name of the registrar's CSEBase. */
  readonly registrarName: string;
  readonly lifetimeSeconds: number;
  /** Says in the CSEBase which CSE is the IN-CSE. */
  readonly setInfrastructureCse: (cseId: string) => Promise<void>;
  /** Carries out a request of this CSE on its own resources. */
  readonly performHere: (request: RequestPrimitive) => Promise<Omit<ResponsePrimitive, 'rqi'>>;
}

/**
 * Keeps this CSE registered with its registrar (TS-0001 §10.2.2.6 to §10.2.2.10, TS-0004 §7.4.4): registers, mirrors the
 * registrar here, renews before the registration expires, registers again when it was lost, and tells which CSEs are
 * below this one.
 */
export class Registration {
  readonly #options: RegistrationOptions;
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #wake = (): void => {};
  /** The descendants have changed while an exchange was under way. */
  #again = false;
  /** Address of our <remoteCSE> at the registrar, once it is known. */
  #address: string | undefined;
  #registered = false;

  constructor(options: RegistrationOptions) {
    this.#options = options;
  }

  /** Whether the last exchange with the registrar succeeded. */
  get holds(): boolean {
    return this.#registered;
  }

  start(): void {
    this.#running = this.#run().catch((error: unknown) => {
      this.#options.log.error({ reason: messageOf(error) }, 'the registration with the registrar CSE ended');
    });
  }

  /** Tells the registrar at once what has changed: points of access or descendants. */
  renew(): void {
    this.#again = true;
    this.#wake();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    await this.#leaveFormerRegistrars().catch((error: unknown) => {
      this.#options.log.warn({ reason: messageOf(error) }, 'what is left of a former registrar stays');
    });
    if (this.#options.directory.registrar === undefined) return;
    const { log, lifetimeSeconds } = this.#options;
    const pauseMs = Math.min((lifetimeSeconds * 1000) / 4, longestPauseMs);
    for (let retryMs = firstRetryMs; !this.#stopping.signal.aborted; ) {
      this.#again = false;
      let wait = pauseMs;
      try {
        await this.#exchange();
        if (!this.#registered) log.info({ registrar: this.#registrar }, 'registered with the registrar CSE');
        this.#registered = true;
        retryMs = firstRetryMs;
      } catch (error) {
        if (this.#stopping.signal.aborted) return;
        if (this.#registered || retryMs === firstRetryMs) {
          log.warn(
            { registrar: this.#registrar, reason: messageOf(error) },
            'not registered with the registrar CSE; trying again',
          );
        }
        this.#registered = false;
        wait = retryMs;
        retryMs = Math.min(retryMs * 2, longestRetryMs);
      }
      if (!this.#again) await this.#pause(wait);
    }
  }

  /** Renews the registration, or makes it when there is none. */
  async #exchange(): Promise<void> {
    const representation = await this.#representation();
    const address = this.#address ?? `${this.#base}/${this.#name}`;
    const { cb: _cb, rn: _rn, cst: _cst, ...changeable } = representation;
    const dcse = changeable.dcse ?? null;
    const renewed = await this.#ask({
      op: operation.update,
      to: address,
      rcn: 0,
      pc: { [element]: { ...changeable, dcse } },
    });
    if (renewed.rsc === 2004) {
      await this.#mirror();
      return;
    }
    if (renewed.rsc !== 4004 && renewed.rsc !== 4103 && renewed.rsc !== 4106) throw this.#refused('renewal', renewed);
    const created = await this.#ask({
      op: operation.create,
      to: this.#base,
      ty: remoteCseType,
      pc: { [element]: representation },
    });
    if (created.rsc === 4117) {
      await this.#find();
      return this.#exchange();
    }
    if (created.rsc !== 2001) throw this.#refused('registration', created);
    const ri = asObject(created.pc?.[element]).ri;
    this.#address = typeof ri === 'string' ? this.#spRelative(ri) : undefined;
    await this.#mirror();
  }

  /** A registration of ours that has another name than we would give it now. */
  async #find(): Promise<void> {
    const before = this.#address;
    const { cseId } = this.#options.names;
    const fc = { fu: 1, ty: [remoteCseType], atr: [{ nm: 'csi', val: cseId }] };
    const found = await this.#ask({ op: operation.retrieve, to: this.#base, fc });
    const list = found.pc?.['m2m:uril'];
    const [address] = Array.isArray(list) ? list : [];
    if (typeof address !== 'string') throw this.#refused('registration as one that is registered already', found);
    this.#address = this.#spRelative(address);
    if (this.#address === before) throw this.#refused('renewal', found);
  }

  /** The registrar as a <remoteCSE> of this CSE, with what its CSEBase says (TS-0001 §10.2.2.7, steps 004 to 008). */
  async #mirror(): Promise<void> {
    const { directory, performHere, lifetimeSeconds, names } = this.#options;
    const retrieved = await this.#ask({ op: operation.retrieve, to: this.#base });
    const base = asObject(retrieved.pc?.['m2m:cb']);
    const csi = this.#registrar;
    const name = typeof base.rn === 'string' ? base.rn : this.#options.registrarName;
    const optional: JsonObject = {};
    for (const attribute of ['poa', 'srv', 'csz', 'nl', 'ici', 'spi'] as const) {
      const value = base[attribute];
      if (value !== undefined && value !== null) optional[attribute] = value;
    }
    const kept: JsonObject = {
      rr: true,
      srv: [release],
      ...optional,
      et: toTimestamp(Date.now() + lifetimeSeconds * 1000),
      ...(typeof optional.spi === 'string' ? { spi: `//${optional.spi.replace(/^\/*/, '')}` } : {}),
      ...(base.cst === 1 && optional.ici === undefined ? { ici: csi } : {}),
    };
    if (typeof kept.ici === 'string') await this.#options.setInfrastructureCse(kept.ici);
    const mirror = await directory.of(csi);
    const rn = csi.slice(1);
    const pc = {
      [element]: { rn, cb: `${csi}/${name}`, csi, ...(typeof base.cst === 'number' ? { cst: base.cst } : {}), ...kept },
    };
    const answer =
      mirror === undefined
        ? await performHere(here(names, { op: operation.create, to: names.cseName, ty: remoteCseType, pc }))
        : await performHere(here(names, { op: operation.update, to: mirror.ri, pc: { [element]: kept } }));
    if (answer.rsc >= 4000) throw this.#refused('mirror of the registrar', { rqi: '', ...answer });
    directory.forget();
  }

  /** Registrations with CSEs that are no longer the registrar are taken back. */
  async #leaveFormerRegistrars(): Promise<void> {
    const { directory, links, log, names, performHere } = this.#options;
    const former = (await directory.all()).filter(
      (csr) => csr.creator === names.cseId && cseIdOf(csr) !== directory.registrar,
    );
    for (const csr of former) {
      const to = `${String(csr.attributes.cb)}/${this.#name}`;
      await links.send(cseIdOf(csr), this.#primitive({ op: operation.delete, to })).catch((error: unknown) => {
        log.info(
          { registrar: cseIdOf(csr), reason: messageOf(error) },
          'a former registrar was not told; the registration expires',
        );
      });
      await performHere(here(names, { op: operation.delete, to: csr.ri }));
    }
  }

  async #representation(): Promise<JsonObject> {
    const { store, names, directory, lifetimeSeconds } = this.#options;
    const base: Resource | undefined = await store.byPath(names.cseName);
    const { poa, cst, srv, csz } = base?.attributes ?? {};
    const dcse = await directory.descendants();
    return {
      rn: this.#name,
      cb: `${names.cseId}/${names.cseName}`,
      rr: Array.isArray(poa) && poa.length > 0,
      et: toTimestamp(Date.now() + lifetimeSeconds * 1000),
      ...present({ poa, cst, srv, csz }),
      spi: names.spId,
      ...(dcse.length === 0 ? {} : { dcse }),
    };
  }

  get #registrar(): string {
    return this.#options.directory.registrar ?? '';
  }

  get #name(): string {
    return this.#options.names.cseId.slice(1);
  }

  /** CSEBase of the registrar. */
  get #base(): string {
    return `${this.#registrar}/${this.#options.registrarName}`;
  }

  #spRelative(address: string): string {
    return address.startsWith('/') ? address : `${this.#registrar}/${address}`;
  }

  #ask(request: Omit<RequestPrimitive, 'rqi' | 'fr'>): Promise<ResponsePrimitive> {
    return this.#options.links.send(this.#registrar, this.#primitive(request));
  }

  #primitive(request: Omit<RequestPrimitive, 'rqi' | 'fr'>): RequestPrimitive {
    return here(this.#options.names, request);
  }

  #refused(what: string, { rsc, pc }: ResponsePrimitive): Error {
    const why = pc?.['m2m:dbg'];
    return new Error(`${what}: ${statusName(rsc) ?? rsc}${typeof why === 'string' ? ` (${why})` : ''}`);
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.#stopping.signal.aborted) this.#wake();
    });
  }
}

/** A request this CSE makes in its own name. */
const here = ({ cseId }: Names, request: Omit<RequestPrimitive, 'rqi' | 'fr'>): RequestPrimitive => ({
  ...request,
  fr: cseId,
  rqi: randomUUID(),
  rvi: release,
});

const asObject = (value: Json | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};

const present = (attributes: Readonly<Record<string, Json | undefined>>): JsonObject =>
  Object.fromEntries(Object.entries(attributes).filter((entry): entry is [string, Json] => entry[1] !== undefined));
