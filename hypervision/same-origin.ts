import type { IncomingMessage } from 'node:http';

/**
 * Whether a browser says that a page of another site sends this request. Programs that are not browsers send no
 * `Origin`; they have no cookie to abuse either.
 */
export function hasForeignOrigin({ headers }: IncomingMessage): boolean {
  const { origin } = headers;
  if (origin === undefined) return false;
  const forwarded = headers['x-forwarded-host'];
  const hosts = [headers.host, typeof forwarded === 'string' ? forwarded : undefined];
  return !URL.canParse(origin) || !hosts.includes(new URL(origin).host);
}
