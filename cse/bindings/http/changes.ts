import type { IncomingMessage, ServerResponse } from 'node:http';
import { type FeedEntry, feedBatchJson, messageOf, Refusal, readFeedQuery } from '#platform';
import type { Asker } from '../../access/access.ts';
import { right, wildcard } from '../../access/rule.ts';
import { aeStem } from '../../address.ts';
import { instanceType } from '../../store/resource.ts';
import { bearerToken, textHeader } from './exchange.ts';
import type { HttpBindingOptions } from './index.ts';

interface ChangeBody {
  readonly ty: number;
  readonly to: string;
  readonly parent: string;
}

/**
 * The door of the change feed: `GET /.changes?consumer=…`. Every committed change comes at least once and in order;
 * what the originator may not RETRIEVE is left out. Consumer names are each originator's own.
 */
export async function serveChanges(
  options: HttpBindingOptions,
  closing: AbortSignal,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { feed, access, log } = options;
  const gone = new AbortController();
  request.on('close', () => gone.abort());
  response.on('close', () => gone.abort());
  try {
    if (request.method !== 'GET') throw new Refusal(405, 'method-not-allowed', 'the change feed is read with GET');
    const asker = await establish(options, request);
    const query = readFeedQuery(new URL(request.url ?? '/', 'http://cse').searchParams);
    const everywhere = await access.permitsEverywhere(asker, right.retrieve);
    const batch = await feed.read({
      ...query,
      consumer: `${asker.originator}:${query.consumer}`,
      signal: AbortSignal.any([gone.signal, closing]),
      ...(everywhere ? {} : { permitted: (entry: FeedEntry) => isPermitted(options, asker, entry) }),
    });
    reply(response, 200, 'application/json', feedBatchJson(batch));
  } catch (error) {
    if (error instanceof Refusal) {
      const { status, code, message } = error;
      reply(
        response,
        status,
        'application/problem+json',
        JSON.stringify({ type: `urn:alzette:problem:${code}`, title: message, status }),
      );
    } else {
      log.error({ reason: messageOf(error) }, 'reading the change feed failed');
      reply(
        response,
        500,
        'application/problem+json',
        JSON.stringify({ title: 'an internal error occurred; it was logged', status: 500 }),
      );
    }
  }
}

async function establish({ cse, names, config, store }: HttpBindingOptions, request: IncomingMessage): Promise<Asker> {
  const originator = aeStem(textHeader(request, 'x-m2m-origin') ?? '', names);
  if (originator === '')
    throw new Refusal(400, 'originator-missing', 'X-M2M-Origin: the originator is expected, there is none');
  const token = bearerToken(request);
  const session = await cse.authenticate(token === undefined ? {} : { token });
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

/** A deleted resource is judged by its parent; so is an instance, which has no policy of its own. */
async function isPermitted({ access, store }: HttpBindingOptions, asker: Asker, entry: FeedEntry): Promise<boolean> {
  const { ty, to, parent } = JSON.parse(entry.body) as ChangeBody;
  const resource = ty === instanceType ? undefined : await store.byPath(to);
  const judged = resource ?? (await store.byPath(parent));
  return judged !== undefined && access.permits(asker, right.retrieve, judged);
}

function reply(response: ServerResponse, status: number, type: string, body: string): void {
  if (response.destroyed) return;
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}
