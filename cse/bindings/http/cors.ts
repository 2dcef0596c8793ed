import type { IncomingMessage, ServerResponse } from 'node:http';

const methods = 'GET, HEAD, POST, PUT, DELETE, OPTIONS';
const requestHeaders =
  'Accept, Authorization, Content-Type, X-M2M-Origin, X-M2M-RI, X-M2M-RVI, X-M2M-GID, X-M2M-RTU, X-M2M-OT, X-M2M-RST, X-M2M-RET, X-M2M-OET, X-M2M-EC, X-M2M-VSI, X-M2M-AS';
const responseHeaders =
  'Content-Location, Retry-After, X-M2M-RSC, X-M2M-RI, X-M2M-RVI, X-M2M-OT, X-M2M-RST, X-M2M-EC, X-M2M-CTS, X-M2M-CTO, X-M2M-ATI, X-M2M-VSI';
const preflightSeconds = 600;

/** Whether web pages of an origin may use the CSE. @param allowed `https://map.example.fr`, or `*` */
export const isAllowedOrigin = (origin: string, allowed: readonly string[]): boolean =>
  allowed.includes(origin) || allowed.includes('*');

/** Lets a browser show the answer to a page of an allowed origin (Fetch standard, CORS protocol). */
export function allowOrigin(
  { headers: { origin } }: IncomingMessage,
  response: ServerResponse,
  allowed: readonly string[],
): void {
  if (origin === undefined || allowed.length === 0) return;
  response.setHeader('Vary', 'Origin');
  if (!isAllowedOrigin(origin, allowed)) return;
  response.setHeader('Access-Control-Allow-Origin', origin);
  response.setHeader('Access-Control-Expose-Headers', responseHeaders);
}

/** OPTIONS: which methods there are; to a page of an allowed origin, which headers it may send. */
export function serveOptions(request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  if (response.hasHeader('Access-Control-Allow-Origin')) {
    response.setHeader('Access-Control-Allow-Methods', methods);
    response.setHeader('Access-Control-Allow-Headers', requestHeaders);
    response.setHeader('Access-Control-Max-Age', preflightSeconds);
  }
  response.writeHead(204, { Allow: methods });
  response.end();
}
