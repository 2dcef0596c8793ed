import { once } from 'node:events';
import type { Request, Response } from 'express';
import { type JsonObject, operation, responseStatus, statusName } from '#cse';
import type { Client } from '#cse/client';
import { type Log, messageOf, Refusal } from '#platform';
import { eventType, type WatchLine } from './contract.ts';
import type { IdentityPort, Originators, Visitor } from './gate.ts';
import { answered } from './requests.ts';

const watchesMax = 200;
const watchesOfPersonMax = 5;
/** How long a watch lasts; the page then asks anew. */
const watchMs = 3_600_000;
/** The subscription outlives it a little, and ends by itself should this process be killed. */
const expiresInMs = watchMs + 600_000;
const checkEveryMs = 15_000;
/** Written but not taken by the browser: beyond, the watch ends. */
const bufferedBytesMax = 1024 * 1024;
const subscriptionType = 23;
const aeType = 2;

interface Watch {
  readonly personId: string;
  readonly tell: (line: WatchLine) => void;
}

/** Watches resources for open pages: each is a subscription of the CSE that exists as long as the page looks. */
export class Watches {
  readonly #originators: Originators;
  readonly #identity: IdentityPort;
  readonly #cseName: string;
  readonly #log: Log;
  /** By identifier of the subscription. */
  readonly #watches = new Map<string, Watch>();
  readonly #ready = new Map<Client, Promise<void>>();
  #opening = 0;

  constructor(options: {
    readonly originators: Originators;
    readonly identity: IdentityPort;
    readonly cseName: string;
    readonly log: Log;
  }) {
    this.#originators = options.originators;
    this.#identity = options.identity;
    this.#cseName = options.cseName;
    this.#log = options.log;
  }

  /**
   * Subscribes to a resource and writes what happens to it as JSON lines (`WatchLine`), until the page goes away.
   * @throws Refusal when there are too many watches, or the CSE refuses the subscription
   */
  async watch(visitor: Visitor, to: string, request: Request, response: Response): Promise<void> {
    const { person, client } = visitor;
    const own = [...this.#watches.values()].filter(({ personId }) => personId === person.id).length;
    if (own >= watchesOfPersonMax || this.#watches.size + this.#opening >= watchesMax)
      throw new Refusal(429, 'too-many-watches', `at most ${watchesOfPersonMax} resources are watched at a time`);
    this.#opening += 1;
    const id = await this.#subscribe(client, to).finally(() => {
      this.#opening -= 1;
    });
    const ended = new AbortController();
    const write = (line: WatchLine | undefined): void => {
      if (ended.signal.aborted) return;
      response.write(line === undefined ? '\n' : `${JSON.stringify(line)}\n`);
      if (response.writableLength > bufferedBytesMax) finish('too-slow');
    };
    const finish = (why: Extract<WatchLine, { kind: 'ended' }>['why']): void => {
      if (ended.signal.aborted) return;
      response.end(`${JSON.stringify({ kind: 'ended', why } satisfies WatchLine)}\n`);
      ended.abort();
    };
    this.#watches.set(id, {
      personId: person.id,
      tell(line) {
        if (line.kind === 'ended') finish(line.why);
        else write(line);
      },
    });
    const checks = setInterval(() => {
      write(undefined);
      this.#identity.principalOf(request).then(
        (found) => found?.id !== person.id && finish('signed-out'),
        (error: unknown) => this.#log.warn({ reason: messageOf(error) }, 'a session could not be checked'),
      );
    }, checkEveryMs);
    const time = setTimeout(() => finish('time'), watchMs);
    try {
      response.status(200).set({ 'Content-Type': 'application/x-ndjson', 'Cache-Control': 'no-store' });
      write({ kind: 'watching' });
      if (!response.closed) await Promise.race([once(response, 'close'), once(ended.signal, 'abort')]);
    } finally {
      ended.abort();
      clearInterval(checks);
      clearTimeout(time);
      this.#watches.delete(id);
      await client.request({ op: operation.delete, to: id }).catch((error: unknown) => {
        this.#log.info({ reason: messageOf(error) }, 'a watch ends when its subscription expires');
      });
    }
  }

  /** @returns identifier of the subscription */
  async #subscribe(client: Client, to: string): Promise<string> {
    await this.#becomeReachable(client);
    const { rsc, pc } = await answered(() =>
      client.request({
        op: operation.create,
        to,
        ty: subscriptionType,
        pc: {
          'm2m:sub': {
            nu: [client.originator],
            // Told of the end also when something above the resource is deleted.
            su: client.originator,
            enc: { net: Object.values(eventType) },
            nct: 1,
            et: timestampIn(expiresInMs),
          },
        },
      }),
    );
    if (rsc !== responseStatus.CREATED.rsc) throw refusedBy(rsc, pc);
    const id = (pc?.['m2m:sub'] as JsonObject | undefined)?.ri;
    if (typeof id !== 'string') throw new Error('the CSE gave no identifier for a subscription');
    return id;
  }

  /** Registers the originator as an AE, once, and listens on its connection. */
  #becomeReachable(client: Client): Promise<void> {
    const ready = this.#ready.get(client) ?? this.#register(client);
    this.#ready.set(client, ready);
    ready.catch(() => this.#ready.delete(client));
    return ready;
  }

  async #register(client: Client): Promise<void> {
    const { rsc, pc } = await answered(() =>
      client.request({
        op: operation.create,
        to: this.#cseName,
        ty: aeType,
        pc: { 'm2m:ae': { rn: client.originator.slice(1), api: 'N.alzette.explorer', rr: true, srv: ['4'] } },
      }),
    );
    const known: readonly number[] = [
      responseStatus.CREATED.rsc,
      responseStatus.CONFLICT.rsc,
      responseStatus.ORIGINATOR_HAS_ALREADY_REGISTERED.rsc,
    ];
    if (!known.includes(rsc)) throw refusedBy(rsc, pc);
    client.onNotification(({ subscription, eventType: event, representation, subscriptionDeleted }) => {
      const watch = this.#watches.get(subscription?.split('/').at(-1) ?? '');
      if (subscriptionDeleted) watch?.tell({ kind: 'ended', why: 'resource-deleted' });
      else if (event !== undefined)
        watch?.tell({ kind: 'event', at: new Date().toISOString(), event, content: representation ?? {} });
      if (event === eventType.deleted) watch?.tell({ kind: 'ended', why: 'resource-deleted' });
    });
    await client.listen();
  }

  stop(): Promise<void> {
    for (const { tell } of this.#watches.values()) tell({ kind: 'ended', why: 'time' });
    return Promise.all(Object.values(this.#originators).map((client) => client.close())).then(() => undefined);
  }
}

function refusedBy(rsc: number, pc: JsonObject | undefined): Refusal {
  const said = pc?.['m2m:dbg'];
  return new Refusal(409, 'cse-refusal', typeof said === 'string' ? said : String(statusName(rsc) ?? rsc), {
    rsc,
    status: statusName(rsc) ?? String(rsc),
  });
}

const timestampIn = (ms: number): string =>
  new Date(Date.now() + ms).toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
