import { setTimeout as delay } from 'node:timers/promises';
import { type Client, createClient } from '#cse/client';
import type { Log } from '#platform';
import { Batcher } from '../http/batcher.ts';
import { JsonClient, RequestRefused } from '../http/json-client.ts';
import type { House } from '../runtime/house.ts';
import type { AlertReport, AlertResult, QuarantineReport, Update, UpdateResult } from './territory-api.ts';

/** What a user may set on a connection; empty: the platform this process belongs to. */
export interface ConnectionSettings {
  readonly cseUrl?: string;
  readonly territoryUrl?: string;
  readonly originator?: string;
  readonly cseToken?: string;
  readonly territoryToken?: string;
}

const updatesPerRequestMax = 200;
const gatherMs = 20;
/** Room for the windows of many readers; beyond it a node waits before it adds. */
const queueMax = 20_000;
const quarantinePerRequestMax = 50;
/** Longer than a reader takes to drain. */
const usersMs = 8_000;
const unauthorizedPauseMs = 15_000;

/** One way to reach a CSE and a territory, with its credentials and its queues; shared by the nodes that name it. */
export class Connection {
  /** The change feed and other plain requests to the CSE. */
  readonly cse: JsonClient;
  readonly territory: JsonClient;
  /** Requests to resources of the CSE. */
  readonly resources: Client;
  readonly updates: Batcher<Update, UpdateResult>;
  readonly alerts: Batcher<AlertReport, AlertResult>;
  readonly quarantine: Batcher<QuarantineReport, object>;
  readonly #stopping = new AbortController();
  readonly #users = new Set<Promise<void>>();
  readonly #log: Log;

  constructor(settings: ConnectionSettings, house: House) {
    const { log, counters } = house;
    this.#log = log;
    const cse = cseAccess(settings, house);
    const territory = territoryAccess(settings, house);
    const onRetry = retryLog(log, () => {
      counters.retries += 1;
    });
    this.cse = new JsonClient({
      url: cse.url,
      headers: { 'X-M2M-Origin': cse.originator, ...bearer(cse.token) },
      onRetry,
    });
    this.resources = createClient({
      url: cse.url,
      originator: cse.originator,
      ...(cse.token === '' ? {} : { token: cse.token }),
      log,
    });
    this.territory = new JsonClient({ url: territory.url, headers: bearer(territory.token), onRetry });
    this.updates = this.#batcher('/api/territory/updates', 'updates', updatesPerRequestMax);
    this.alerts = this.#batcher('/api/territory/alerts', 'alerts', updatesPerRequestMax);
    this.quarantine = this.#batcher('/api/territory/quarantine', 'items', quarantinePerRequestMax);
  }

  #batcher<Item, Result>(path: string, member: string, sizeMax: number): Batcher<Item, Result> {
    return new Batcher<Item, Result>({
      sizeMax,
      waitMs: gatherMs,
      queueMax,
      send: (items) => this.#post<Item, Result>(path, member, items),
    });
  }

  /** Aborts when the connection closes. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Announces a node that still needs the connection while it finishes. @returns call it when the node has finished */
  keepOpen(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#users.add(promise);
    return () => {
      this.#users.delete(promise);
      resolve();
    };
  }

  /** Waits a bounded time for the nodes that use it. */
  async close(): Promise<void> {
    await Promise.race([Promise.all(this.#users), delay(usersMs)]);
    this.#stopping.abort(new Error('the connection is closed'));
    await Promise.all([this.cse.close(), this.territory.close(), this.resources.close()]);
  }

  /** One batch; a request that is refused as a whole is taken apart until the items at fault stand alone. */
  async #post<Item, Result>(path: string, member: string, items: readonly Item[]): Promise<readonly Result[]> {
    try {
      const answer = await this.#postUntilAuthorized<{ results?: readonly Result[] } | undefined>(path, {
        [member]: items,
      });
      return answer?.results ?? [];
    } catch (error) {
      const isTheirContent = error instanceof RequestRefused && [400, 413, 422].includes(error.status);
      if (!isTheirContent || items.length === 1) throw error;
      const half = Math.ceil(items.length / 2);
      return [
        ...(await this.#post<Item, Result>(path, member, items.slice(0, half))),
        ...(await this.#post<Item, Result>(path, member, items.slice(half))),
      ];
    }
  }

  /** A token that is not accepted is no fault of the messages: they wait until somebody has mended it. */
  async #postUntilAuthorized<T>(path: string, body: unknown): Promise<T> {
    for (;;) {
      try {
        return await this.territory.persist<T>({ method: 'POST', path, body, signal: this.#stopping.signal });
      } catch (error) {
        if (!(error instanceof RequestRefused) || ![401, 403, 404].includes(error.status)) throw error;
        this.#log.error({ reason: error.message }, 'the territory does not accept this connection; messages wait');
        await delay(unauthorizedPauseMs, undefined, { signal: this.#stopping.signal });
      }
    }
  }
}

const bearer = (token: string): Record<string, string> => (token === '' ? {} : { Authorization: `Bearer ${token}` });

/** The platform's own credentials go to the platform only, whatever address a user writes. */
function cseAccess({ cseUrl = '', originator = '', cseToken = '' }: ConnectionSettings, { cse }: House): House['cse'] {
  const isOwn = cseUrl === '' || cseUrl === cse.url;
  if (isOwn && originator === '' && cseToken === '') return cse;
  return {
    url: isOwn ? cse.url : cseUrl,
    originator: originator === '' ? cse.originator : originator,
    token: cseToken,
  };
}

function territoryAccess(
  { territoryUrl = '', territoryToken = '' }: ConnectionSettings,
  { territory }: House,
): House['territory'] {
  const isOwn = territoryUrl === '' || territoryUrl === territory.url;
  if (isOwn && territoryToken === '') return territory;
  return { url: isOwn ? territory.url : territoryUrl, token: territoryToken };
}

const quietMs = 10_000;

function retryLog(log: Log, count: () => void): (reason: string) => void {
  let saidAt = 0;
  return (reason) => {
    count();
    if (Date.now() - saidAt < quietMs) return;
    saidAt = Date.now();
    log.warn({ reason }, 'a request of the flows is tried again');
  };
}
