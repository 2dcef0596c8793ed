import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createProxyMiddleware, proxyEventsPlugin } from 'http-proxy-middleware';
import { type Log, Refusal } from '#platform';
import { operatorHeader, secretHeader } from './handshake.ts';
import type { Door } from './supervisor.ts';

/** A request as Express hands it over: mounted, and with who is asking. */
export type EditorRequest = IncomingMessage & {
  readonly originalUrl?: string;
  readonly principal?: { readonly name: string } | undefined;
};

export interface EditorProxy {
  /** For `app.use('/flows', requireOperator, proxy)`. */
  readonly proxy: (request: EditorRequest, response: ServerResponse, next: (error?: unknown) => void) => void;
  /** For WebSocket upgrades under `/flows/`; the caller has made sure that an operator is asking. */
  readonly upgrade: (request: EditorRequest, socket: Duplex, head: Buffer) => void;
}

/** The editor evaluates expressions, writes inline styles and scripts, and runs its code editor in workers. */
const editorContentSecurityPolicy = [
  "default-src 'self'",
  "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'self'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * Publishes the editor of the flows process. The session of the operator ends here: cookies and authorization headers
 * are not passed on; the secret of the process and the name of the operator take their place.
 */
export function createEditorProxy(options: { readonly door: () => Door | undefined; readonly log: Log }): EditorProxy {
  const { door, log } = options;
  const forward = createProxyMiddleware<EditorRequest, ServerResponse>({
    target: 'http://127.0.0.1', // each request asks for the port that is current
    router: () => {
      const open = door();
      if (open === undefined) throw closed();
      return `http://127.0.0.1:${open.port}`;
    },
    proxyTimeout: 60_000,
    // The middleware's own error page and log lines are replaced by the house's.
    ejectPlugins: true,
    plugins: [proxyEventsPlugin], // without it nothing below `on` is heard, and every broken connection is a defect
    logger: { info: () => {}, warn: () => {}, error: (error: unknown) => log.debug({ error }, 'editor proxy') },
    on: {
      error: (error, request, to) => {
        log.debug({ reason: error.message }, 'the flow editor did not answer');
        if (to instanceof Socket || to.headersSent) to.destroy();
        else if (wantsPage(request)) waitingPage(to);
        else refuse(to, closed());
      },
      proxyReqWs: (_proxied, _request, socket) => {
        socket.on('error', () => socket.destroy());
      },
    },
  });

  const prepare = (request: EditorRequest): void => {
    request.url = request.originalUrl ?? request.url ?? '/';
    for (const name of ['cookie', 'authorization', secretHeader, operatorHeader]) delete request.headers[name];
    const open = door();
    if (open === undefined) throw closed();
    request.headers[secretHeader] = open.secret;
    request.headers[operatorHeader] = encodeURIComponent(request.principal?.name ?? 'operator');
  };

  return {
    proxy(request, response, next) {
      try {
        assertSameOrigin(request);
        prepare(request);
      } catch (error) {
        if (error instanceof Refusal && error.status === 503 && wantsPage(request)) waitingPage(response);
        else next(error);
        return;
      }
      response.setHeader('Content-Security-Policy', editorContentSecurityPolicy);
      void forward(request, response, (error?: unknown) => {
        if (response.headersSent) response.destroy();
        else if (wantsPage(request)) waitingPage(response);
        else next(error === undefined ? undefined : closed());
      });
    },
    upgrade(request, socket, head) {
      try {
        assertSameOrigin(request);
        prepare(request);
      } catch (error) {
        const status = error instanceof Refusal ? error.status : 500;
        socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\n\r\n`);
        return;
      }
      if (socket instanceof Socket) forward.upgrade(request, socket, head);
      else socket.destroy();
    },
  };
}

const closed = (): Refusal =>
  new Refusal(503, 'flows-not-running', 'the flows process is not running; it is being started again');

/**
 * A page of another site may not act in the editor with the operator's session, nor listen to it.
 * @throws Refusal 403
 */
function assertSameOrigin({ headers, method }: IncomingMessage): void {
  const site = headers['sec-fetch-site'];
  const isUpgrade = headers.upgrade !== undefined;
  const changesNothing = !isUpgrade && (method === 'GET' || method === 'HEAD');
  const crossSite = site !== undefined && site !== 'same-origin' && site !== 'none';
  const foreignOrigin = headers.origin !== undefined && hostOf(headers.origin) !== headers.host;
  if ((crossSite && !changesNothing) || (foreignOrigin && !changesNothing)) {
    throw new Refusal(403, 'cross-site', 'the flow editor only answers to its own pages');
  }
}

const hostOf = (origin: string): string | undefined => (URL.canParse(origin) ? new URL(origin).host : undefined);

const wantsPage = ({ headers, method }: IncomingMessage): boolean =>
  method === 'GET' && headers.accept?.includes('text/html') === true;

const page = `<!doctype html><html lang="fr"><meta charset="utf-8"><meta http-equiv="refresh" content="2">
<meta name="viewport" content="width=device-width"><title>Flux — Alzette</title>
<style>body{font:16px/1.5 'Atkinson Hyperlegible Next',system-ui,sans-serif;background:#F7F5F2;color:#1B2226;max-width:60ch;margin:15vh auto;padding:0 16px}
p+p{color:#47525A}</style>
<h1>Les flux redémarrent</h1><p>L’éditeur s’ouvre dès qu’ils sont prêts. Rien n’est perdu : les messages attendent leur tour.</p>
<p lang="en">Flows are starting again. The editor opens by itself; no message is lost.</p></html>`;

function refuse(response: ServerResponse, { status, code, message }: Refusal): void {
  response.writeHead(status, { 'Content-Type': 'application/problem+json', 'Retry-After': '2' });
  response.end(JSON.stringify({ status, code, detail: message }));
}

function waitingPage(response: ServerResponse): void {
  response.writeHead(503, {
    'Content-Type': 'text/html; charset=utf-8',
    'Retry-After': '2',
    'Cache-Control': 'no-store',
  });
  response.end(page);
}
