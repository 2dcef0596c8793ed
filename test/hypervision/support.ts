import type { Request } from 'express';
import { io, type Socket } from 'socket.io-client';
import { buildConsole, createHypervision, type LiveBatch } from '#hypervision';
import { createIdentity, holds, schema as identitySchema } from '#identity';
import {
  createJobs,
  createLog,
  createMetrics,
  createWebServer,
  Refusal,
  readConfig,
  readTerritoryProfile,
} from '#platform';
import {
  type Actor,
  createTerritory,
  type Scope,
  type Territory,
  schema as territorySchema,
  type Update,
} from '#territory';
import { testDatabase } from '../support/postgres.ts';

export const operator = { name: 'marie', password: 'une phrase assez longue' };
export const colleague = { name: 'paul', password: 'une autre phrase assez longue' };
export const machine: Actor = { id: 'machine:flows', name: 'flows' };

const log = createLog('silent');

export interface Stand extends AsyncDisposable {
  readonly origin: string;
  /** The referential behind the console; another one after a restart. */
  readonly territory: Territory;
  /** @param as `operator` unless told otherwise @returns the session cookie */
  signIn(as?: typeof operator): Promise<string>;
  signOut(cookie: string): Promise<void>;
  /** Stops everything but the database; the port stays reserved for `start`. */
  stop(): Promise<void>;
  start(options?: { before?: (territory: Territory) => Promise<unknown> }): Promise<void>;
}

/** A console over a real referential, real sessions and a real database; only the devices are missing. */
export async function startStand(options: { sessionCheckMs?: number } = {}): Promise<Stand> {
  await buildConsole();
  const database = await testDatabase({ rooms: [identitySchema, territorySchema] });
  let port = 0;
  let running: { territory: Territory; stop(): Promise<void> } | undefined;

  async function start({ before }: { before?: (territory: Territory) => Promise<unknown> } = {}): Promise<void> {
    const config = readConfig({ ALZETTE_WEB_PORT: String(port) });
    const metrics = createMetrics();
    const jobs = await createJobs({ url: database.url, log });
    const identity = createIdentity({
      config,
      database,
      log,
      sessionSecret: 'of this test',
      territoryName: 'Essai',
    });
    for (const person of [operator, colleague]) {
      await identity.ensureAccount({ ...person, roles: ['operator'], language: 'fr' });
    }
    const territory = await createTerritory({
      config,
      database,
      events: database.events,
      jobs,
      log,
      metrics,
      authorize,
    });
    await before?.(territory);
    const hypervision = await createHypervision({
      config,
      territory,
      identity,
      log,
      metrics,
      profile: readTerritoryProfile('ccphva'),
      ...options,
    });
    const web = createWebServer({ config, log, metrics, readiness: {} });
    web.app.use(identity.session, identity.router);
    web.app.use('/api/territory', territory.router);
    web.app.use(hypervision.router);
    hypervision.attach(web);
    port = await web.start();
    running = {
      territory,
      async stop() {
        await hypervision.stop();
        await web.stop();
        await territory.close();
        await identity.stop();
        await jobs.close();
      },
    };
  }

  async function stop(): Promise<void> {
    await running?.stop();
    running = undefined;
  }

  await start();
  const origin = `http://127.0.0.1:${port}`;
  return {
    origin,
    get territory() {
      if (running === undefined) throw new Error('the stand is stopped');
      return running.territory;
    },
    async signIn(as = operator) {
      const response = await fetch(`${origin}/sign-in`, {
        method: 'POST',
        body: new URLSearchParams(as),
        redirect: 'manual',
      });
      return response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    },
    async signOut(cookie) {
      await fetch(`${origin}/sign-out`, { method: 'POST', headers: { cookie }, redirect: 'manual' });
    },
    stop,
    start,
    async [Symbol.asyncDispose]() {
      await stop();
      await database.close();
    },
  };
}

function authorize({ principal }: Request, scope: Scope): Actor {
  if (principal === undefined) throw new Refusal(401, 'sign-in-needed', 'sign in first');
  if (!holds(principal, scope)) throw new Refusal(403, 'not-permitted', `this needs the right "${scope}"`);
  return { id: `${principal.kind}:${principal.id}`, name: principal.name };
}

type Fragment = Update['entity'];

const observed = (value: number | string | boolean, unitCode: string | undefined, at: Date) => ({
  type: 'Property' as const,
  value,
  ...(unitCode === undefined ? {} : { unitCode }),
  observedAt: at.toISOString(),
});

let sequence = 0;

/** What a mapping makes of one message of a device. */
export function update(entity: Fragment): Update {
  sequence += 1;
  const device = entity.id.split(':').at(-1) ?? '';
  return {
    entity,
    origin: { resource: `cse-in/${device}/state/c${sequence}`, sequence, mapping: 'test-mapping@1' },
  };
}

const place = (longitude: number, latitude: number) => ({
  type: 'GeoProperty' as const,
  value: { type: 'Point' as const, coordinates: [longitude, latitude] },
});
const fact = (value: string | number | boolean) => ({ type: 'Property' as const, value });

export const containerId = (number: number): string => `urn:ngsi-ld:WasteContainer:lora-${number}`;

/** A waste container in Villerupt. @param level 0–1 */
export const container = (number: number, level: number, at = new Date()): Update =>
  update({
    id: containerId(number),
    type: 'WasteContainer',
    name: fact(`Bac ${number}, rue de l’Église`),
    address: { type: 'Property', value: { streetAddress: 'rue de l’Église', addressLocality: 'Villerupt' } },
    vendor: fact('Dingtek'),
    location: place(5.929 + number * 0.002, 49.467),
    fillingLevel: observed(level, 'C62', at),
    temperature: observed(11.5, 'CEL', at),
  });

export const lightId = 'urn:ngsi-ld:Streetlight:light-0001';

/** A street light in Audun-le-Tiche. @param level 0–1 */
export const light = (level: number, at = new Date(), extra: Partial<Fragment> = {}): Update =>
  update({
    id: lightId,
    type: 'Streetlight',
    name: fact('Lampadaire 1, place du Marché'),
    address: { type: 'Property', value: { addressLocality: 'Audun-le-Tiche' } },
    location: place(5.955, 49.472),
    illuminanceLevel: observed(level, 'C62', at),
    powerState: observed(level > 0 ? 'on' : 'off', undefined, at),
    activePower: observed(level * 60, 'WTT', at),
    ...extra,
  });

/** A console without a page: the live link alone. */
export class LiveClient {
  readonly socket: Socket;
  readonly batches: LiveBatch[] = [];
  resyncs = 0;
  /** Names of who is there, as the link said last. */
  present: string[] = [];
  /** Times the link opened, however short. */
  openings = 0;
  refusal: string | undefined;

  constructor(origin: string, headers: Record<string, string>) {
    this.socket = io(origin, {
      path: '/hypervision/live',
      transports: ['websocket'],
      extraHeaders: headers,
      reconnection: false,
      forceNew: true,
    });
    this.socket.on('connect', () => {
      this.openings += 1;
    });
    this.socket.on('changes', (batch: LiveBatch) => this.batches.push(batch));
    this.socket.on('presence', (people: { name: string }[]) => {
      this.present = people.map(({ name }) => name).sort();
    });
    this.socket.on('resync', () => {
      this.resyncs += 1;
    });
    this.socket.on('connect_error', (error: Error & { data?: { code: string } }) => {
      this.refusal = error.data?.code ?? error.message;
    });
  }

  /** Every entity that came, with the number of times it came. */
  entityIds(): string[] {
    return this.batches.flatMap(({ entities }) => entities.map(({ id }) => id));
  }

  [Symbol.dispose](): void {
    this.socket.disconnect();
  }
}
