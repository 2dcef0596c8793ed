import { attachWebSocketBinding, createCse, schema as cseSchema, type JsonObject } from '#cse';
import { createClient } from '#cse/client';
import { buildExplorer, createExplorer } from '#explorer';
import { createIdentity, schema as identitySchema, type Role } from '#identity';
import { createLog, createMetrics, createWebServer, type Database, readConfig } from '#platform';
import { testDatabase } from '../support/postgres.ts';

export const operator = { name: 'marie', password: 'une phrase assez longue' };
export const administrator = { name: 'paul', password: 'une autre phrase assez longue' };

/** A CSE, an explorer over it, and a web server with real sessions. */
export interface Stand extends AsyncDisposable {
  readonly origin: string;
  readonly cseUrl: string;
  readonly database: Database;
  /** Of every credential there is. */
  readonly tokens: readonly string[];
  /** @returns the session cookie */
  signIn(as?: typeof operator): Promise<string>;
  /** Creates a resource as the CSE's administrator. */
  create(to: string, ty: number, content: JsonObject): Promise<JsonObject>;
  /** Asks the page's server to carry out a request. */
  ask(cookie: string, request: unknown, headers?: Record<string, string>): Promise<Response>;
}

const all = 63;
const createRetrieveDiscover = 35;

export async function startStand(): Promise<Stand> {
  await buildExplorer();
  const database = await testDatabase({ rooms: [cseSchema, identitySchema] });
  const config = readConfig({ ALZETTE_WEB_PORT: '0', ALZETTE_CSE_PORT: '0' });
  const log = createLog(process.env.TEST_LOG ?? 'silent');
  const metrics = createMetrics();
  const cse = await createCse({
    config,
    database,
    events: database.events,
    log,
    metrics,
    operatorRules: [
      { originators: ['Cexplorer-operator'], operations: createRetrieveDiscover },
      { originators: ['Cexplorer-administrator'], operations: all },
    ],
  });
  const webSocket = attachWebSocketBinding({ cse, config, log, metrics });
  const port = await cse.http.listen(0, '127.0.0.1');
  const tokens: string[] = [];
  async function tokenFor(originator: string): Promise<string> {
    const { token } = await cse.credentials.issue({ originator, label: 'test' });
    tokens.push(token);
    return token;
  }
  const clientFor = async (originator: string) =>
    createClient({ url: `ws://127.0.0.1:${port}`, originator, token: await tokenFor(originator), log });
  const identity = createIdentity({ config, database, log, sessionSecret: 'of this test', territoryName: 'Essai' });
  const people: [typeof operator, Role][] = [
    [operator, 'operator'],
    [administrator, 'administrator'],
  ];
  for (const [person, role] of people) await identity.ensureAccount({ ...person, roles: [role], language: 'fr' });
  const explorer = createExplorer({
    cse: { id: cse.id, name: cse.name, httpUrl: `http://127.0.0.1:${port}`, mqttUrl: 'mqtt://127.0.0.1:1883' },
    originators: {
      operator: await clientFor('Cexplorer-operator'),
      administrator: await clientFor('Cexplorer-administrator'),
    },
    identity,
    log,
  });
  const web = createWebServer({ config, log, metrics, readiness: {} });
  web.app.use(identity.session, identity.router, explorer.router);
  const origin = `http://127.0.0.1:${await web.start()}`;
  const admin = createClient({
    url: `http://127.0.0.1:${port}`,
    originator: 'CAdmin',
    token: await tokenFor('CAdmin'),
  });
  return {
    origin,
    cseUrl: `http://127.0.0.1:${port}`,
    database,
    tokens,
    async signIn(as = operator) {
      const response = await fetch(`${origin}/sign-in`, {
        method: 'POST',
        body: new URLSearchParams(as),
        redirect: 'manual',
      });
      return response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    },
    create: (to, ty, content) => admin.create(to, ty, undefined, content),
    ask: (cookie, request, headers = {}) =>
      fetch(`${origin}/api/cse/requests`, {
        method: 'POST',
        headers: { cookie, 'Content-Type': 'application/json', ...headers },
        body: JSON.stringify(request),
      }),
    async [Symbol.asyncDispose]() {
      await explorer.stop();
      await web.stop();
      await admin.close();
      await webSocket.close();
      await cse.stop();
      await identity.stop();
      await database.close();
    },
  };
}
