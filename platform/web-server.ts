import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import express, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import helmet from 'helmet';
import type { Config } from './config.ts';
import { messageOf, Refusal, StartupError, systemErrorCode } from './errors.ts';
import type { Log } from './log.ts';
import { Histogram, type Registry } from './metrics.ts';
import { themeRouter } from './web/theme-router.ts';

type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** The web server of the house: rooms mount their routers on `app`, `start` opens the door. */
export interface WebServer {
  readonly app: Express;
  readonly server: Server;
  /** Sends WebSocket upgrades whose path starts with `prefix` to `handler`; others are refused. */
  onUpgrade(prefix: string, handler: UpgradeHandler): void;
  /** @throws StartupError when the port is taken */
  start(): Promise<number>;
  stop(): Promise<void>;
}

/** What `/readyz` asks each part: resolves when it can work, rejects with the reason when not. */
export type ReadinessCheck = () => Promise<void>;

export function createWebServer(options: {
  readonly config: Config;
  readonly log: Log;
  readonly metrics: Registry;
  readonly readiness: Readonly<Record<string, ReadinessCheck>>;
}): WebServer {
  const { config, log, metrics } = options;
  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', 'loopback');
  app.set('query parser', 'simple');
  app.use(securityHeaders(config), countAndTime(metrics));
  app.use('/theme', themeRouter());
  app.get('/healthz', (_, response) => void response.json({ status: 'ok' }));
  app.get('/readyz', readyz(options.readiness));
  app.get('/metrics', onlyFromThisMachine, async (_, response) => {
    response.type(metrics.contentType).send(await metrics.metrics());
  });

  const server = createServer({ requestTimeout: 60_000, headersTimeout: 20_000, maxHeaderSize: 16_384 }, app);
  const upgrades: { prefix: string; handler: UpgradeHandler }[] = [];
  /** WebSockets are no longer counted as connections of the server, and still keep it from closing. */
  const upgraded = new Set<Duplex>();
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const path = request.url ?? '';
    upgraded.add(socket);
    socket.once('close', () => upgraded.delete(socket));
    const match = upgrades.find(({ prefix }) => path.startsWith(prefix));
    if (match === undefined) socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
    else match.handler(request, socket, head);
  });

  return {
    app,
    server,
    onUpgrade(prefix, handler) {
      upgrades.push({ prefix, handler });
    },
    async start() {
      app.use(notFound, problems(log)); // after every router
      await listen(server, config.web.port, config.host, 'ALZETTE_WEB_PORT');
      const address = server.address();
      return typeof address === 'object' && address !== null ? address.port : config.web.port;
    },
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of upgraded) socket.destroy();
      // What is still in flight gets a moment to finish; long polls and streams are cut after it.
      const idle = setInterval(() => server.closeIdleConnections(), 50);
      const cut = setTimeout(() => server.closeAllConnections(), 3_000);
      await closed;
      clearInterval(idle);
      clearTimeout(cut);
    },
  };
}

/**
 * Listens, or says which setting to change.
 * @throws StartupError when the port is taken or may not be used
 */
export async function listen(server: Server, port: number, host: string, setting: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  }).catch((error: unknown) => {
    throw cannotListen(error, `${host}:${port}`, setting);
  });
}

/** Turns a system error about an address into what a person can do about it. */
export function cannotListen(error: unknown, address: string, setting: string): StartupError {
  const code = systemErrorCode(error);
  const why =
    code === 'EADDRINUSE'
      ? 'another program already uses it'
      : code === 'EACCES'
        ? 'this user may not'
        : messageOf(error);
  return new StartupError(
    `Cannot listen on ${address}: ${why}`,
    `Stop the other program, or choose another port with ${setting}.`,
    { cause: error },
  );
}

function securityHeaders(config: Config): RequestHandler {
  const baseMapOrigin =
    config.web.baseMapUrl === null ? [] : [new URL(config.web.baseMapUrl.replaceAll(/[{}]/g, '')).origin];
  const isSecure = config.web.publicUrl?.startsWith('https:') ?? false;
  return helmet({
    contentSecurityPolicy: {
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"], // the map and chart libraries position their parts by style attributes
        imgSrc: ["'self'", 'data:', 'blob:', ...baseMapOrigin],
        connectSrc: ["'self'", ...baseMapOrigin],
        workerSrc: ["'self'", 'blob:'],
        fontSrc: ["'self'"],
        objectSrc: ["'none'"],
        frameAncestors: ["'none'"],
        formAction: ["'self'"],
        upgradeInsecureRequests: isSecure ? [] : null,
      },
    },
    strictTransportSecurity: isSecure,
  });
}

function countAndTime(metrics: Registry): RequestHandler {
  const seconds = new Histogram({
    name: 'alzette_web_request_seconds',
    help: 'Time to answer web requests, by method, first path segments and status.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [metrics],
  });
  return (request, response, next) => {
    const done = seconds.startTimer({ method: request.method });
    const route = request.path.split('/').slice(0, 4).join('/').slice(0, 64);
    // Only paths that exist become label values, so that a scanner cannot fill the memory with them.
    response.once('finish', () =>
      done({ route: response.statusCode === 404 ? 'none' : boundedRoute(route), status: response.statusCode }),
    );
    next();
  };
}

const routes = new Set<string>();
function boundedRoute(route: string): string {
  if (routes.size < 200) routes.add(route);
  return routes.has(route) ? route : 'other';
}

function readyz(checks: Readonly<Record<string, ReadinessCheck>>): RequestHandler {
  return async (_, response) => {
    const results = await Promise.all(
      Object.entries(checks).map(async ([part, check]) => {
        try {
          await check();
          return [part, 'ready'] as const;
        } catch (error) {
          return [part, messageOf(error)] as const;
        }
      }),
    );
    const ready = results.every(([, state]) => state === 'ready');
    response.status(ready ? 200 : 503).json({ ready, parts: Object.fromEntries(results) });
  };
}

const onlyFromThisMachine: RequestHandler = (request, _, next) => {
  const address = request.socket.remoteAddress ?? '';
  const local = address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.');
  next(local ? undefined : new Refusal(403, 'metrics-are-local', 'metrics are read from this machine only'));
};

const notFound: RequestHandler = (request, _, next) => {
  next(new Refusal(404, 'not-found', `there is nothing at ${request.path}`));
};

/** The one place where an error becomes an HTTP answer (RFC 9457). */
function problems(log: Log): ErrorRequestHandler {
  return (error: unknown, request: Request, response: Response, next) => {
    if (response.headersSent) return next(error);
    const refusal = asRefusal(error);
    if (refusal === undefined) {
      const reference = randomUUID();
      log.error({ error, path: request.path, reference }, 'a request failed');
      sendProblem(response, 500, 'internal-error', 'something failed on our side; it has been logged', { reference });
    } else {
      log.debug({ path: request.path, code: refusal.code, reason: refusal.message }, 'a request was refused');
      if (refusal.status === 503 || refusal.status === 429) response.set('Retry-After', '2');
      sendProblem(
        response,
        refusal.status,
        refusal.code,
        refusal.message,
        refusal.details === undefined ? {} : { details: refusal.details },
      );
    }
  };
}

/** body-parser and http-errors mark what the client did wrong with `expose` and a status. */
function asRefusal(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error;
  if (error instanceof URIError) return new Refusal(400, 'bad-path', 'the path is not valid percent-encoding');
  if (error instanceof Error && 'status' in error && 'expose' in error && error.expose === true) {
    const type = 'type' in error && typeof error.type === 'string' ? error.type : 'bad-request';
    return new Refusal(Number(error.status), type.replaceAll('.', '-'), error.message);
  }
  return undefined;
}

function sendProblem(response: Response, status: number, code: string, detail: string, extra: object): void {
  response
    .status(status)
    .type('application/problem+json')
    .send(JSON.stringify({ type: 'about:blank', status, code, detail, ...extra }));
}
