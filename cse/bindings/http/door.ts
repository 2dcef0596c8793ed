import type { IncomingMessage, ServerResponse } from 'node:http';
import { messageOf, Refusal } from '#platform';
import type { Asker } from '../../access/access.ts';
import { wildcard } from '../../access/pattern.ts';
import { aeStem } from '../../address.ts';
import { Refused } from '../../refusal.ts';
import { responseStatus } from '../../response-status.ts';
import type { OpenConnections } from '../tls/open-connections.ts';
import { proofOf, textHeader } from './exchange.ts';
import type { HttpBindingOptions } from './options.ts';

/** What a door answers: an HTTP status and the JSON text of the body. */
export interface DoorAnswer {
  readonly status: number;
  readonly json: string;
}

/**
 * Serves one request at a door of ours beside the oneM2M resources (`/.changes`, `/.credentials`). Originators prove
 * themselves as everywhere; refusals are RFC 9457 problem documents, as these doors are none of the standard's.
 */
export async function serveDoor(
  options: HttpBindingOptions,
  request: IncomingMessage,
  response: ServerResponse,
  connections: OpenConnections,
  work: (asker: Asker) => Promise<DoorAnswer>,
): Promise<void> {
  try {
    const { status, json } = await work(await establish(options, connections, request));
    reply(response, status, 'application/json', json);
  } catch (error) {
    const refusal = error instanceof Refused ? asRefusal(error) : error;
    if (refusal instanceof Refusal) {
      const { status, code, message } = refusal;
      reply(
        response,
        status,
        'application/problem+json',
        JSON.stringify({ type: `urn:alzette:problem:${code}`, title: message, status }),
      );
    } else {
      options.log.error({ reason: messageOf(error), path: request.url }, 'a door of the CSE failed');
      reply(
        response,
        500,
        'application/problem+json',
        JSON.stringify({ title: 'an internal error occurred; it was logged', status: 500 }),
      );
    }
  }
}

async function establish(
  { cse, names, config, store }: HttpBindingOptions,
  connections: OpenConnections,
  request: IncomingMessage,
): Promise<Asker> {
  const originator = aeStem(textHeader(request, 'x-m2m-origin') ?? '', names);
  if (originator === '')
    throw new Refusal(400, 'originator-missing', 'X-M2M-Origin: the originator is expected, there is none');
  const session = await cse.authenticate(proofOf(request));
  connections.note(request.socket, session);
  const pattern = session?.originatorPattern;
  if (config.cse.security === 'token' && (pattern === undefined || !wildcard(pattern)(originator))) {
    throw new Refusal(
      pattern === undefined ? 401 : 403,
      'not-authenticated',
      `no valid credential was shown for ${originator}`,
    );
  }
  const { remoteAddress } = request.socket;
  const registered = (await store.byRi(originator)) !== undefined;
  return { originator, authenticated: pattern !== undefined, registered, remoteAddress };
}

const asRefusal = ({ status, message }: Refused): Refusal =>
  new Refusal(responseStatus[status].http, status.toLowerCase().replaceAll('_', '-'), message);

function reply(response: ServerResponse, status: number, type: string, body: string): void {
  if (response.destroyed) return;
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}
