import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express, { type Express } from 'express';
import { type Flows, type FlowsOptions, startFlows } from '#flows';
import { createLog, createMetrics, type Registry } from '#platform';
import { freePort } from '../support/wait.ts';

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

export interface TestFlowsOptions
  extends Partial<Pick<FlowsOptions, 'cseUrl' | 'cseCredential' | 'territoryUrl' | 'territoryToken' | 'backoff'>> {
  /** Mounts more on the web server, before the editor. */
  readonly mount?: (app: Express) => void;
  /** Kept when given, so that a second start finds what the first one left. */
  readonly dataDir?: string;
}

/** Where nobody listens, for tests that need neither a CSE nor a territory. */
const nowhere = async (): Promise<string> => `http://127.0.0.1:${await freePort()}`;

export async function startTestFlows(options: TestFlowsOptions = {}): Promise<TestFlows> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'alzette flows '));
  const metrics = createMetrics();
  const app = express();
  options.mount?.(app);
  const server: Server = createServer(app);
  const url = await new Promise<string>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(`http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`);
    });
  });
  const flows = startFlows({
    config: { dataDir, log: { level: 'warn', file: null } },
    cseUrl: options.cseUrl ?? (await nowhere()),
    cseCredential: options.cseCredential ?? { originator: 'Cflows', token: 'cse-token-of-the-house' },
    territoryUrl: options.territoryUrl ?? (options.mount === undefined ? await nowhere() : url),
    territoryToken: options.territoryToken ?? 'territory-token-of-the-house',
    log: createLog(process.env.TEST_LOG ?? 'silent'),
    metrics,
    backoff: options.backoff ?? { firstMs: 50, longestMs: 500 },
  });
  app.use('/flows', flows.proxy);
  server.on('upgrade', flows.upgrade);
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
      server.close();
      server.closeAllConnections();
      if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** A node of a flow file. */
export interface FlowNode {
  id: string;
  type: string;
  [property: string]: unknown;
}

/** Deploys what `change` makes of the current flows, as the editor does. */
export async function deploy({ call }: TestFlows, change: (nodes: FlowNode[]) => FlowNode[]): Promise<void> {
  const headers = { 'Node-RED-API-Version': 'v2', 'Content-Type': 'application/json' };
  const { flows, rev } = (await (await call('flows', { headers })).json()) as { flows: FlowNode[]; rev: string };
  const response = await call('flows', {
    method: 'POST',
    headers: { ...headers, 'Node-RED-Deployment-Type': 'full' },
    body: JSON.stringify({ flows: change(flows), rev }),
  });
  if (!response.ok) throw new Error(`the deployment answered ${response.status}: ${await response.text()}`);
}
