import type { Request } from 'express';
import { createJobs, createLog, createMetrics, createWebServer, Refusal, readConfig } from '#platform';
import {
  type Actor,
  createTerritory,
  type EntityFragment,
  type Scope,
  schema,
  type Territory,
  type TerritoryOptions,
  type Update,
} from '#territory';
import { testDatabase } from '../support/postgres.ts';

export const operator: Actor = { id: 'person:marie', name: 'Marie Weber' };
export const flows: Actor = { id: 'machine:flows', name: 'flows' };

/** Tokens of the tests and the rights they carry. */
const bearers: Readonly<Record<string, { actor: Actor; scopes: readonly Scope[] }>> = {
  operator: { actor: operator, scopes: ['territory:read', 'territory:operate'] },
  flows: { actor: flows, scopes: ['territory:read', 'territory:write'] },
};

function authorize(request: Request, scope: Scope): Actor {
  const bearer = bearers[(request.headers.authorization ?? '').slice('Bearer '.length)];
  if (bearer === undefined) throw new Refusal(401, 'sign-in-needed', 'a bearer token is expected');
  if (!bearer.scopes.includes(scope)) throw new Refusal(403, 'not-permitted', `this needs the right "${scope}"`);
  return bearer.actor;
}

export interface TestTerritory extends AsyncDisposable {
  readonly territory: Territory;
  readonly database: Awaited<ReturnType<typeof testDatabase>>;
  /** Opens a second territory on the same database: another node, or the same after a restart. */
  anotherNode(changes?: Partial<TerritoryOptions>): Promise<Territory>;
  /** Calls the HTTP door; `as` is the token's name, and an object is sent as JSON. */
  call(method: string, path: string, options?: { as?: string; body?: unknown; type?: string }): Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  readonly type: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: the shape of an answer is what the tests are about
  readonly body: any;
}

/** A territory on a database of its own, behind a real web server. */
export async function startTerritory(
  options: Partial<Pick<TerritoryOptions, 'now' | 'commandTimeoutMs' | 'watchEveryMs'>> & {
    readonly settings?: Readonly<Record<string, string>>;
  } = {},
): Promise<TestTerritory> {
  const { settings, ...rest } = options;
  const database = await testDatabase({ rooms: [schema] });
  const log = createLog('silent');
  const config = readConfig({ ALZETTE_WEB_PORT: '0', ...settings });
  const jobs = await createJobs({ url: database.url, log });
  const create = (changes: Partial<TerritoryOptions> = {}) =>
    createTerritory({
      config,
      database,
      events: database.events,
      jobs,
      log,
      metrics: createMetrics(),
      authorize,
      ...rest,
      ...changes,
    });
  const territory = await create();
  const others: Territory[] = [];
  const web = createWebServer({ config, log, metrics: createMetrics(), readiness: {} });
  web.app.use('/api/territory', territory.router);
  const port = await web.start();
  return {
    territory,
    database,
    async anotherNode(changes) {
      const other = await create(changes);
      others.push(other);
      return other;
    },
    async call(method, path, { as = 'flows', body, type = 'application/json' } = {}) {
      const response = await fetch(`http://127.0.0.1:${port}/api/territory${path}`, {
        method,
        headers: {
          ...(as === '' ? {} : { authorization: `Bearer ${as}` }),
          ...(body === undefined ? {} : { 'content-type': type }),
        },
        ...(body === undefined
          ? {}
          : {
              body: typeof body === 'string' || body instanceof Uint8Array ? (body as BodyInit) : JSON.stringify(body),
            }),
      });
      const text = await response.text();
      return {
        status: response.status,
        type: response.headers.get('content-type'),
        body: text === '' ? undefined : JSON.parse(text),
      };
    },
    async [Symbol.asyncDispose]() {
      await web.stop();
      for (const node of [territory, ...others]) await node.close();
      await jobs.close();
      await database.close();
    },
  };
}

/** An observation of a waste container, as the flows send it. */
export function fillingUpdate(
  device: string,
  fillingLevel: number,
  observedAt: Date | string,
  resource = `cse-in/${device}/measurements/${new Date(observedAt).getTime()}`,
): Update {
  const time = typeof observedAt === 'string' ? observedAt : observedAt.toISOString();
  return {
    entity: {
      id: `urn:ngsi-ld:WasteContainer:${device}`,
      type: 'WasteContainer',
      fillingLevel: { type: 'Property', value: fillingLevel, unitCode: 'C62', observedAt: time },
    },
    origin: { resource, mapping: 'waste-measurements@1' },
  };
}

export function lightUpdate(
  device: string,
  level: number,
  observedAt: Date,
  { sequence, commandId }: { sequence?: number; commandId?: string } = {},
): Update {
  const time = observedAt.toISOString();
  const entity: EntityFragment = {
    id: `urn:ngsi-ld:Streetlight:${device}`,
    type: 'Streetlight',
    illuminanceLevel: { type: 'Property', value: level, unitCode: 'C62', observedAt: time },
    ...(commandId === undefined ? {} : { commandId: { type: 'Property', value: commandId, observedAt: time } }),
  };
  return {
    entity,
    origin: {
      resource: `cse-in/${device}/state/${observedAt.getTime()}`,
      ...(sequence === undefined ? {} : { sequence }),
    },
  };
}

/** A descriptor: facts without a time. */
export function descriptorUpdate(
  device: string,
  facts: { name: string; commune: string; longitude: number; latitude: number; reportingInterval?: number },
  sequence = 1,
): Update {
  return {
    entity: {
      id: `urn:ngsi-ld:WasteContainer:${device}`,
      type: 'WasteContainer',
      name: { type: 'Property', value: facts.name },
      address: { type: 'Property', value: { addressLocality: facts.commune } },
      location: { type: 'GeoProperty', value: { type: 'Point', coordinates: [facts.longitude, facts.latitude] } },
      ...(facts.reportingInterval === undefined
        ? {}
        : { reportingInterval: { type: 'Property', value: facts.reportingInterval, unitCode: 'SEC' } }),
    },
    origin: { resource: `cse-in/${device}/descriptor/${sequence}`, sequence },
  };
}

export const minutesAgo = (minutes: number): Date => new Date(Date.now() - minutes * 60_000);
