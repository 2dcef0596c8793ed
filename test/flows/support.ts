import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Request, RequestHandler } from 'express';
import { createCse, schema as cseSchema } from '#cse';
import { type Client, createClient } from '#cse/client';
import { type Flows, type FlowsOptions, startFlows } from '#flows';
import {
  createJobs,
  createLog,
  createMetrics,
  createWebServer,
  type Database,
  Refusal,
  type Registry,
  readConfig,
} from '#platform';
import { type Actor, createTerritory, type Scope, type Territory, schema as territorySchema } from '#territory';
import { testDatabase } from '../support/postgres.ts';
import { freePort } from '../support/wait.ts';

const log = createLog(process.env.TEST_LOG ?? 'silent');

/** The flows process with its editor published on a web server, as the house does it, without sign-in. */
export interface TestFlows extends AsyncDisposable {
  readonly flows: Flows;
  /** `http://127.0.0.1:…/flows/` */
  readonly editor: string;
  readonly metrics: Registry;
  readonly userDir: string;
  /** Calls the editor's interface as an operator would through the proxy. */
  call(path: string, init?: RequestInit): Promise<Response>;
}

export interface TestFlowsOptions extends Partial<Pick<FlowsOptions, 'cseUrl' | 'cseCredential' | 'backoff'>> {
  /** Mounted on the web server at `/api/territory`; without it there is no territory. */
  readonly territory?: { readonly handler: RequestHandler; readonly token: string };
}

/** Where nobody listens, for tests that need neither a CSE nor a territory. */
const nowhere = async (): Promise<string> => `http://127.0.0.1:${await freePort()}`;

export async function startTestFlows(options: TestFlowsOptions = {}): Promise<TestFlows> {
  const dataDir = mkdtempSync(join(tmpdir(), 'alzette flows '));
  const metrics = createMetrics();
  const web = createWebServer({
    config: readConfig({ ALZETTE_WEB_PORT: '0' }),
    log,
    metrics: createMetrics(),
    readiness: {},
  });
  const running: { flows?: Flows } = {};
  if (options.territory !== undefined) web.app.use('/api/territory', options.territory.handler);
  web.app.use('/flows', (request, response, next) => running.flows?.proxy(request, response, next));
  web.onUpgrade('/flows/', (request, socket, head) => running.flows?.upgrade(request, socket, head));
  const url = `http://127.0.0.1:${await web.start()}`;
  const flows = startFlows({
    config: { dataDir, log: { level: 'warn', file: null } },
    cseUrl: options.cseUrl ?? (await nowhere()),
    cseCredential: options.cseCredential ?? { originator: 'Cflows', token: 'cse-token-of-the-house' },
    territoryUrl: options.territory === undefined ? await nowhere() : url,
    territoryToken: options.territory?.token ?? 'territory-token-of-the-house',
    log,
    metrics,
    backoff: options.backoff ?? { firstMs: 50, longestMs: 500 },
  });
  running.flows = flows;
  await flows.ready;
  const editor = `${url}/flows/`;
  return {
    flows,
    editor,
    metrics,
    userDir: join(dataDir, 'flows'),
    call: (path, init) => fetch(new URL(path, editor), init),
    async [Symbol.asyncDispose]() {
      await flows.stop();
      await web.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** A node of a flow file. */
export interface FlowNode {
  id: string;
  type: string;
  [property: string]: unknown;
}

export type DeploymentType = 'full' | 'nodes' | 'flows';

/** Deploys what `change` makes of the current flows, as the editor does. */
export async function deploy(
  { call }: TestFlows,
  change: (nodes: FlowNode[]) => FlowNode[],
  type: DeploymentType = 'full',
): Promise<void> {
  const headers = { 'Node-RED-API-Version': 'v2', 'Content-Type': 'application/json' };
  const { flows, rev } = (await (await call('flows', { headers })).json()) as { flows: FlowNode[]; rev: string };
  const response = await call('flows', {
    method: 'POST',
    headers: { ...headers, 'Node-RED-Deployment-Type': type },
    body: JSON.stringify({ flows: change(flows), rev }),
  });
  if (!response.ok) throw new Error(`the deployment answered ${response.status}: ${await response.text()}`);
}

/** Replaces some properties of one node. */
export const withNode =
  (id: string, properties: object) =>
  (nodes: FlowNode[]): FlowNode[] =>
    nodes.map((node) => (node.id === id ? { ...node, ...properties } : node));

/** A real CSE, territory and flows process, connected as in the house. */
export interface TestHouse extends TestFlows {
  readonly territory: Territory;
  /** The administrator of the CSE. */
  readonly admin: Client;
  readonly pool: Database['pool'];
  /** Cuts every connection to the territory until it is set to false. */
  outage: boolean;
  /** Registers a device with its containers; `report` writes one instance. */
  device(name: string, theme: 'waste' | 'lighting' | 'wind' | 'energy', container?: string): Promise<TestDevice>;
}

export interface TestDevice {
  readonly address: string;
  report(content: unknown, container?: string): Promise<void>;
}

export const operator: Actor = { id: 'person:marie', name: 'Marie Weber' };
const machine: Actor = { id: 'machine:flows', name: 'flows' };
const territoryToken = 'territory-token-of-the-flows';

function authorize(request: Request, scope: Scope): Actor {
  if (request.headers.authorization !== `Bearer ${territoryToken}`) {
    throw new Refusal(401, 'sign-in-needed', 'a bearer token is expected');
  }
  if (scope === 'territory:operate') throw new Refusal(403, 'not-permitted', `this needs the right "${scope}"`);
  return machine;
}

export async function startHouse(options: Pick<TestFlowsOptions, 'backoff'> = {}): Promise<TestHouse> {
  const database = await testDatabase({ rooms: [cseSchema, territorySchema] });
  const config = readConfig({ ALZETTE_CSE_PORT: '0' });
  const { events } = database;
  const cse = await createCse({
    config,
    database,
    events,
    log,
    metrics: createMetrics(),
    operatorRules: [{ originators: ['Cflows'], operations: 1 + 2 + 32 }],
  });
  const cseUrl = `http://127.0.0.1:${await cse.http.listen(0, '127.0.0.1')}`;
  const jobs = await createJobs({ url: database.url, log });
  const territory = await createTerritory({ config, database, events, jobs, log, metrics: createMetrics(), authorize });
  const state = { outage: false };
  const issue = async (originator: string): Promise<string> =>
    (await cse.credentials.issue({ originator, label: 'test' })).token;
  const flows = await startTestFlows({
    ...options,
    cseUrl,
    cseCredential: { originator: 'Cflows', token: await issue('Cflows') },
    territory: {
      token: territoryToken,
      handler: (request, response, next) => {
        if (state.outage) request.socket.destroy();
        else territory.router(request, response, next);
      },
    },
  });
  const admin = createClient({ url: cseUrl, originator: 'CAdmin', token: await issue('CAdmin') });
  const clients = [admin];
  return {
    ...flows,
    territory,
    admin,
    pool: database.pool,
    get outage() {
      return state.outage;
    },
    set outage(isOut) {
      state.outage = isOut;
    },
    async device(name, theme, container = 'measurements') {
      const originator = `C${name}`;
      const client = createClient({ url: cseUrl, originator, token: await issue(originator), inFlightMax: 64 });
      clients.push(client);
      const address = `cse-in/${name}`;
      const lbl = [`theme:${theme}`];
      await client.create('cse-in', 2, name, { api: 'N.alzette.test', rr: true, srv: ['3'], lbl });
      const roles = { descriptor: 'descriptor', [container]: 'measurements' };
      for (const [rn, role] of Object.entries(roles)) {
        await client.create(address, 3, rn, { lbl: [...lbl, `role:${role}`] });
      }
      return {
        address,
        async report(content, target = container) {
          const con = typeof content === 'string' ? content : JSON.stringify(content);
          await client.create(`${address}/${target}`, 4, undefined, { con, cnf: 'application/json:0' });
        },
      };
    },
    async [Symbol.asyncDispose]() {
      await flows[Symbol.asyncDispose]();
      await Promise.all(clients.map((client) => client.close()));
      await territory.close();
      await jobs.close();
      await cse.stop();
      await database.close();
    },
  };
}
