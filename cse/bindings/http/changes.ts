import type { IncomingMessage, ServerResponse } from 'node:http';
import { type FeedEntry, feedBatchJson, Refusal, readFeedQuery } from '#platform';
import type { Asker } from '../../access/access.ts';
import { right } from '../../access/rule.ts';
import { isInstance } from '../../store/resource.ts';
import type { OpenConnections } from '../tls/open-connections.ts';
import { serveDoor } from './door.ts';
import type { HttpBindingOptions } from './options.ts';

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
  connections: OpenConnections,
  closing: AbortSignal,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { feed, access } = options;
  const gone = new AbortController();
  request.on('close', () => gone.abort());
  response.on('close', () => gone.abort());
  await serveDoor(options, request, response, connections, async (asker) => {
    if (request.method !== 'GET') throw new Refusal(405, 'method-not-allowed', 'the change feed is read with GET');
    const query = readFeedQuery(new URL(request.url ?? '/', 'http://cse').searchParams);
    const everywhere = await access.permitsEverywhere(asker, right.retrieve);
    const batch = await feed.read({
      ...query,
      consumer: `${asker.originator}:${query.consumer}`,
      signal: AbortSignal.any([gone.signal, closing]),
      ...(everywhere ? {} : { permitted: (entry: FeedEntry) => isPermitted(options, asker, entry) }),
    });
    return { status: 200, json: feedBatchJson(batch) };
  });
}

/** A deleted resource is judged by its parent; so is an instance, which has no policy of its own. */
async function isPermitted({ access, store }: HttpBindingOptions, asker: Asker, entry: FeedEntry): Promise<boolean> {
  const { ty, to, parent } = JSON.parse(entry.body) as ChangeBody;
  const resource = isInstance(ty) ? undefined : await store.byPath(to);
  const judged = resource ?? (await store.byPath(parent));
  return judged !== undefined && access.permits(asker, right.retrieve, judged);
}
