import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createCse, schema } from '#cse';
import { createEvents, createLog, createMetrics, openDatabase, readConfig, startEmbeddedPostgres } from '#platform';

/**
 * Durable creates of content instances per second over HTTP, beside what a bare `node:http` echo does in the same run with
 * the same driver. PostgreSQL keeps its defaults: `fsync` and `synchronous_commit` on. Server and driver are processes of
 * their own.
 */

const seconds = 8;
const warmUpSeconds = 2;
const connectionCounts = [1, 32, 64, 256];
const containers = 100;
const content = JSON.stringify({ 'm2m:cin': { con: 'x'.repeat(100) } });

interface Figures {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly failed: number;
}

interface Served {
  readonly port: number;
  readonly token: string;
}

async function serveCse(url: string): Promise<void> {
  const log = createLog('warn');
  const database = await openDatabase({ url, rooms: [schema], log });
  const events = await createEvents({ url, pool: database.pool, log });
  const config = readConfig({ ALZETTE_CSE_PORT: '0', ALZETTE_CSE_RATE_PER_ORIGINATOR_MAX: '1000000' });
  const cse = await createCse({ config, database, events, log, metrics: createMetrics() });
  const port = await cse.http.listen(0, '127.0.0.1');
  const { token } = await cse.credentials.issue({ originator: '*', label: 'benchmark' });
  process.send?.({ port, token });
}

async function serveEcho(): Promise<void> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': body.length });
      response.end(body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  process.send?.({ port: typeof address === 'object' && address !== null ? address.port : 0, token: '' });
}

async function start(...parameters: string[]): Promise<{ child: ChildProcess; served: Served }> {
  const child = fork(import.meta.filename, parameters, { execArgv: [] });
  const [served] = (await once(child, 'message')) as [Served];
  return { child, served };
}

/** Sends requests over one kept connection, one after the other, until told to stop. */
function drive(
  socket: Socket,
  next: () => string | undefined,
  answered: (milliseconds: number, ok: boolean) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let received = '';
    let sentAt = 0;
    const send = () => {
      const request = next();
      if (request === undefined) {
        resolve();
        return;
      }
      sentAt = performance.now();
      socket.write(request);
    };
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      received += chunk;
      const headersEnd = received.indexOf('\r\n\r\n');
      if (headersEnd < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0);
      if (received.length < headersEnd + 4 + length) return;
      answered(performance.now() - sentAt, received.startsWith('HTTP/1.1 2'));
      received = '';
      send();
    });
    socket.on('error', reject);
    send();
  });
}

async function measure(port: number, connections: number, request: (index: number) => string): Promise<Figures> {
  const times: number[] = [];
  let failed = 0;
  let index = 0;
  const started = performance.now();
  const from = started + warmUpSeconds * 1000;
  const until = from + seconds * 1000;
  const sockets = await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = connect(port, '127.0.0.1');
      socket.setNoDelay(true);
      await once(socket, 'connect');
      return socket;
    }),
  );
  await Promise.all(
    sockets.map((socket) =>
      drive(
        socket,
        () => {
          if (performance.now() >= until) return undefined;
          index += 1;
          return request(index);
        },
        (milliseconds, ok) => {
          if (!ok) failed += 1;
          else if (performance.now() >= from) times.push(milliseconds);
        },
      ),
    ),
  );
  for (const socket of sockets) socket.destroy();
  times.sort((one, other) => one - other);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN;
  return { perSecond: times.length / seconds, p50: at(0.5), p99: at(0.99), failed };
}

const message = (method: string, path: string, headers: Record<string, string>, body: string): string =>
  `${method} ${path} HTTP/1.1\r\nHost: cse\r\n${Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

async function main(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'alzette bench '));
  const postgres = await startEmbeddedPostgres({ dataDir, log: createLog('silent') });
  const children: ChildProcess[] = [];
  try {
    const echo = await start('serve-echo');
    children.push(echo.child);
    const cse = await start('serve-cse', postgres.url);
    children.push(cse.child);
    const headers = (index: number): Record<string, string> => ({
      'X-M2M-Origin': 'CAdmin',
      'X-M2M-RI': `r${index}`,
      'X-M2M-RVI': '3',
      Authorization: `Bearer ${cse.served.token}`,
    });
    await setUp(cse.served.port, headers(0));
    write('connections |   echo/s | create/s | ratio |  p50 ms |  p99 ms |    la/s | failed\n');
    for (const connections of connectionCounts) {
      const bare = await measure(echo.served.port, connections, (index) =>
        message('POST', '/', { ...headers(index), 'Content-Type': 'application/json;ty=4' }, content),
      );
      const created = await measure(cse.served.port, connections, (index) =>
        message(
          'POST',
          `/cse-in/c${index % containers}`,
          { ...headers(index), 'Content-Type': 'application/json;ty=4' },
          content,
        ),
      );
      const latest = await measure(cse.served.port, connections, (index) =>
        message('GET', `/cse-in/c${index % containers}/la`, headers(index), ''),
      );
      write(
        `${String(connections).padStart(11)} | ${rate(bare)} | ${rate(created)} | ${(created.perSecond / bare.perSecond).toFixed(2).padStart(5)} | ${created.p50
          .toFixed(2)
          .padStart(
            7,
          )} | ${created.p99.toFixed(2).padStart(7)} | ${rate(latest).slice(1)} | ${created.failed + latest.failed}\n`,
      );
    }
  } finally {
    for (const child of children) child.kill('SIGKILL');
    await postgres.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function setUp(port: number, headers: Record<string, string>): Promise<void> {
  for (let index = 0; index < containers; index += 1) {
    const response = await fetch(`http://127.0.0.1:${port}/cse-in`, {
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'application/json;ty=3' },
      body: JSON.stringify({ 'm2m:cnt': { rn: `c${index}`, mni: 1000 } }),
    });
    if (!response.ok) throw new Error(`the container was not created: ${await response.text()}`);
  }
}

const rate = ({ perSecond }: Figures): string => perSecond.toFixed(0).padStart(8);
const write = (text: string): boolean => process.stdout.write(text);

if (process.argv[2] === 'serve-cse') await serveCse(process.argv[3] ?? '');
else if (process.argv[2] === 'serve-echo') await serveEcho();
else await main();
