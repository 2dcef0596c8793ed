import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { type Cse, type CseOptions, createCse, type JsonObject, schema } from '#cse';
import { createLog, createMetrics, type Database, type Events, type Registry, readConfig } from '#platform';
import { testDatabase } from '../support/postgres.ts';

/** What a binding gives back, in one object. */
export interface Answer {
  readonly rsc: number;
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests read whatever the CSE answers
  readonly pc: any;
  /** `m2m:dbg` of a refusal. */
  readonly dbg: string;
}

export interface RequestOptions {
  readonly from?: string;
  readonly token?: string | null;
  readonly headers?: Record<string, string>;
  readonly type?: string;
  readonly raw?: string | Uint8Array<ArrayBuffer>;
}

/** A CSE over HTTP with a fresh database. */
export interface TestCse extends AsyncDisposable {
  readonly cse: Cse;
  readonly url: string;
  readonly database: Database & { events: Events };
  readonly metrics: Registry;
  /** Sends one request as `from` (default: the administrator) with a credential for it. */
  send(method: string, path: string, content?: JsonObject, options?: RequestOptions): Promise<Answer>;
  create(path: string, ty: number, content: JsonObject, options?: RequestOptions): Promise<Answer>;
  /** Registers an AE that speaks for itself. */
  ae(stem: string, attributes?: JsonObject): Promise<Answer>;
}

export interface TestCseOptions extends Pick<CseOptions, 'operatorRules'> {
  readonly env?: Record<string, string>;
  readonly database?: Database & { events: Events };
  /** Leaves a database of its own open when it is disposed of. */
  readonly keepDatabase?: boolean;
}

export const admin = 'CAdmin';

export async function startCse(options: TestCseOptions = {}): Promise<TestCse> {
  const database = options.database ?? (await testDatabase({ rooms: [schema] }));
  const { operatorRules } = options;
  const config = readConfig({ ALZETTE_CSE_PORT: '0', ...options.env });
  const metrics = createMetrics();
  const cse = await createCse({
    config,
    database,
    events: database.events,
    log: createLog(process.env.TEST_LOG ?? 'silent'),
    metrics,
    ...(operatorRules === undefined ? {} : { operatorRules }),
  });
  const port = await cse.http.listen(config.cse.port, '127.0.0.1');
  const url = `http://127.0.0.1:${port}`;
  const tokens = new Map<string, string>();

  async function tokenFor(originator: string): Promise<string> {
    const known = tokens.get(originator);
    if (known !== undefined) return known;
    const { token } = await cse.credentials.issue({ originator, label: 'test' });
    tokens.set(originator, token);
    return token;
  }

  async function send(
    method: string,
    path: string,
    content?: JsonObject,
    request: RequestOptions = {},
  ): Promise<Answer> {
    const { from = admin, raw, type = 'application/json' } = request;
    const token = request.token === undefined ? await tokenFor(from) : request.token;
    const body = raw ?? (content === undefined ? null : JSON.stringify(content));
    const response = await fetch(`${url}${path}`, {
      method,
      body,
      headers: {
        'X-M2M-RI': randomUUID(),
        'X-M2M-RVI': '3',
        ...(from === '' ? {} : { 'X-M2M-Origin': from }),
        ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
        ...(body === null ? {} : { 'Content-Type': type }),
        ...request.headers,
      },
    });
    const text = await response.text();
    const pc = text === '' ? undefined : JSON.parse(text);
    const rsc = Number(response.headers.get('X-M2M-RSC'));
    return { rsc, status: response.status, headers: response.headers, pc, dbg: String(pc?.['m2m:dbg'] ?? '') };
  }

  return {
    cse,
    url,
    database,
    metrics,
    send,
    create: (path, ty, content, request) =>
      send('POST', path, content, { ...request, type: request?.type ?? `application/json;ty=${ty}` }),
    ae(stem, attributes = {}) {
      const content = { 'm2m:ae': { rn: stem.slice(1), api: 'N.test', rr: true, srv: ['3'], ...attributes } };
      return send('POST', '/cse-in', content, { from: stem, type: 'application/json;ty=2' });
    },
    async [Symbol.asyncDispose]() {
      await cse.stop();
      if (options.database === undefined && options.keepDatabase !== true) await database.close();
    },
  };
}

/** A subscriber's web server. `answer` decides what it says; by default that it is content. */
export async function startSubscriber(
  answer: (request: IncomingMessage, content: JsonObject) => number | undefined | Promise<number | undefined> = () =>
    200,
): Promise<{ url: string; heard: JsonObject[]; headers: IncomingMessage['headers'][] } & AsyncDisposable> {
  const heard: JsonObject[] = [];
  const headers: IncomingMessage['headers'][] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const content = JSON.parse(text) as JsonObject;
    const status = await answer(request, content);
    if (status === undefined) return;
    if (status < 300) {
      heard.push(content);
      headers.push(request.headers);
    }
    response.writeHead(status, { 'Content-Length': 0 });
    response.end();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return {
    url: `http://127.0.0.1:${address.port}/notify`,
    heard,
    headers,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
