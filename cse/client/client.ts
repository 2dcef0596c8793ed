import { randomUUID } from 'node:crypto';
import type { Log } from '#platform';
import type { FilterCriteria, Json, JsonObject, RequestPrimitive, ResponsePrimitive } from '../primitive.ts';
import { operation } from '../primitive.ts';
import type { Format } from '../serialization/index.ts';
import { type ChangeBatch, type ChangesQuery, readChanges } from './changes.ts';
import { coapTransport } from './coap/transport.ts';
import { contentOf } from './content-name.ts';
import { httpTransport } from './http/transport.ts';
import { InFlight } from './in-flight.ts';
import { mqttTransport } from './mqtt/transport.ts';
import { type NotificationHandler, responderTo } from './notification.ts';
import { CseRefusal } from './refusal.ts';
import { type RetryOptions, sendWithRetries } from './retry.ts';
import type { ListenAddress, Transport, TransportOptions } from './transport.ts';
import { webSocketTransport } from './websocket/transport.ts';

export interface ClientOptions {
  /** `http://host:8080`, `mqtt://host:1883`, `ws://host:8080` or `coap://host:5683`. */
  readonly url: string | URL;
  /** AE-ID that requests come from: `Clight-0001`. */
  readonly originator: string;
  /** Token of a credential that covers the originator. */
  readonly token?: string;
  /** User name over MQTT, where a token is a password; informative. Default: the originator. */
  readonly user?: string;
  /** SP-relative CSE-ID of the CSE; default `/id-in`. */
  readonly cseId?: string;
  /** How primitives are written; default `json`. */
  readonly format?: Format;
  /** Where notifications arrive over HTTP and CoAP; without it they cannot. MQTT and WebSocket need none. */
  readonly listen?: ListenAddress;
  /** Time for one attempt; default 10 000. */
  readonly timeoutMs?: number;
  /** Further attempts after the first, as far as they are safe; default 3. */
  readonly retries?: number;
  /** Requests under way at once; default 32. */
  readonly inFlightMax?: number;
  /** Requests that may wait for their turn; default 10 000. */
  readonly queueMax?: number;
  readonly log?: Log;
}

/** A request as an application states it: identifier, originator and release are filled in. */
export type ClientRequest = Omit<RequestPrimitive, 'rqi' | 'fr'> & { readonly rqi?: string; readonly fr?: string };

export interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface RetrieveParameters extends CallOptions {
  /** Result content: 1 attributes (default), 4 with children, 5 child references, 6 child references only, 8 children. */
  readonly rcn?: number;
  readonly fc?: FilterCriteria;
  readonly drt?: number;
  /** Names of the attributes wanted, instead of all. */
  readonly attributes?: readonly string[];
}

export interface Client {
  readonly originator: string;
  /**
   * Sends any request and gives the answer whatever its code.
   * @throws CseUnreachable, CseBusy, ClientSaturated
   */
  request(request: ClientRequest, options?: CallOptions): Promise<ResponsePrimitive>;
  /**
   * Creates a resource.
   * @param ty resource type: 2 AE, 3 container, 4 contentInstance, 23 subscription …
   * @param rn resource name; undefined lets the CSE choose
   * @returns attributes of the new resource
   * @throws CseRefusal and what `request` throws
   */
  create(
    to: string,
    ty: number,
    rn: string | undefined,
    attributes: JsonObject,
    options?: CallOptions,
  ): Promise<JsonObject>;
  /** @returns attributes of the resource; with `rcn` 4, 5, 6 or 8 also its children, as in TS-0004 §7.5.2 */
  retrieve(to: string, parameters?: RetrieveParameters): Promise<JsonObject>;
  /** Sets attributes; null removes one. @returns what the CSE reports of the resource */
  update(to: string, ty: number, attributes: JsonObject, options?: CallOptions): Promise<JsonObject>;
  delete(to: string, options?: CallOptions): Promise<void>;
  /** @param filter conditions of `fc`: `{ ty: 2, lbl: ['theme:waste'], lim: 100 }` @returns addresses of what was found */
  discover(to: string, filter?: FilterCriteria, options?: CallOptions): Promise<string[]>;
  /** Sends content to an AE or to whatever `to` names. */
  notify(to: string, content: JsonObject, options?: CallOptions): Promise<void>;
  /**
   * Hears what the CSE sends to this originator; its answers go back on their own.
   * @returns stops hearing
   */
  onNotification(handler: NotificationHandler): () => void;
  /**
   * Gets ready to be notified.
   * @returns the point of access to register in the AE (`poa`); undefined over WebSocket, where none is needed
   */
  listen(): Promise<string | undefined>;
  /** The change feed of the CSE; HTTP only. See `readChanges`. */
  changes(query: ChangesQuery): AsyncGenerator<ChangeBatch, void, void>;
  /** Finishes what is under way and closes connections. */
  close(): Promise<void>;
}

const transports: Readonly<Record<string, (options: TransportOptions) => Transport>> = {
  'http:': httpTransport,
  'https:': httpTransport,
  'mqtt:': mqttTransport,
  'mqtts:': mqttTransport,
  'ws:': webSocketTransport,
  'wss:': webSocketTransport,
  'coap:': coapTransport,
};

const releaseVersion = '3';

/** Connects to a CSE. Connections are opened on first use and again when they break. */
export function createClient(options: ClientOptions): Client {
  const url = new URL(options.url);
  const open = transports[url.protocol];
  if (open === undefined) {
    throw new RangeError(`${url.protocol} is not spoken; use ${Object.keys(transports).join(', ')}`);
  }
  const { originator, token, log } = options;
  const handlers = new Set<NotificationHandler>();
  const inFlightMax = options.inFlightMax ?? 32;
  const inFlight = new InFlight(inFlightMax, options.queueMax ?? 10_000);
  const retry: RetryOptions = { timeoutMs: options.timeoutMs ?? 10_000, retries: options.retries ?? 3 };
  const transport = open({
    url,
    originator,
    token,
    user: options.user,
    cseId: options.cseId ?? '/id-in',
    format: options.format ?? 'json',
    inFlightMax,
    listen: options.listen,
    log,
    respond: responderTo(handlers),
  });

  const complete = (request: ClientRequest): RequestPrimitive => ({
    fr: originator,
    rqi: randomUUID(),
    rvi: releaseVersion,
    ...request,
  });
  const send = (request: RequestPrimitive, call?: CallOptions): Promise<ResponsePrimitive> =>
    inFlight.run(() => sendWithRetries(transport, request, retry, call?.signal));
  const sendOrThrow = async (request: ClientRequest, call?: CallOptions): Promise<ResponsePrimitive> => {
    const primitive = complete(request);
    const response = await send(primitive, call);
    if (response.rsc >= 3000) throw CseRefusal.of(primitive, response);
    return response;
  };

  return {
    originator,
    request: (request, call) => send(complete(request), call),
    async create(to, ty, rn, attributes, call) {
      const named = rn === undefined ? attributes : { rn, ...attributes };
      const pc = isNamed(attributes) && rn !== undefined ? withName(attributes, rn) : contentOf(ty, named);
      return attributesOf(await sendOrThrow({ op: operation.create, to, ty, pc }, call));
    },
    async retrieve(to, { rcn, fc, drt, attributes, signal } = {}) {
      const response = await sendOrThrow(
        {
          op: operation.retrieve,
          to,
          ...(rcn === undefined ? {} : { rcn }),
          ...(fc === undefined ? {} : { fc }),
          ...(drt === undefined ? {} : { drt }),
          ...(attributes === undefined ? {} : { pc: { 'm2m:atrl': [...attributes] } }),
        },
        signal === undefined ? undefined : { signal },
      );
      return attributesOf(response);
    },
    async update(to, ty, attributes, call) {
      return attributesOf(await sendOrThrow({ op: operation.update, to, pc: contentOf(ty, attributes) }, call));
    },
    async delete(to, call) {
      await sendOrThrow({ op: operation.delete, to }, call);
    },
    async discover(to, filter = {}, call) {
      const { pc } = await sendOrThrow({ op: operation.retrieve, to, fc: { ...filter, fu: 1 } }, call);
      const found = pc?.['m2m:uril'];
      return Array.isArray(found) ? found.map(String) : [];
    },
    async notify(to, pc, call) {
      await sendOrThrow({ op: operation.notify, to, pc }, call);
    },
    onNotification(handler) {
      handlers.add(handler);
      transport.listen().catch((error: unknown) => log?.warn({ error }, 'notifications cannot be received'));
      return () => void handlers.delete(handler);
    },
    listen: () => transport.listen(),
    changes: (query) => readChanges({ url, originator, token, log }, query),
    close: () => transport.close(),
  };
}

const isNamed = (attributes: JsonObject): boolean => {
  const names = Object.keys(attributes);
  return names.length === 1 && names[0]?.includes(':') === true;
};

const withName = (content: JsonObject, rn: string): JsonObject =>
  Object.fromEntries(Object.entries(content).map(([name, value]) => [name, { rn, ...(value as JsonObject) }]));

/** The one member of the content, without its prefixed name; a list (`m2m:uril`) is given under its name. */
function attributesOf({ pc }: ResponsePrimitive): JsonObject {
  if (pc === undefined) return {};
  const value: Json | undefined = Object.values(pc)[0];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : pc;
}
