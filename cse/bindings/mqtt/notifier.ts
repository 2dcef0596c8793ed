import { networkInterfaces } from 'node:os';
import { LRUCache } from 'lru-cache';
import { connectAsync, type MqttClient } from 'mqtt';
import type { Log } from '#platform';
import type { Cse } from '../../interface.ts';
import type { NotificationSender, RequestPrimitive } from '../../primitive.ts';
import type { Limits } from '../../serialization/index.ts';
import { stemOf } from '../originator.ts';
import { Exchange } from './exchange.ts';
import { levelOf, parseTopic, requestTopic } from './topic.ts';

/** A broker that notifications can go through. */
export interface BrokerLink {
  readonly exchange: Exchange;
  /** Subscribes to responses where that is not done once for all. */
  readonly expectResponses?: (prefix: string) => Promise<void>;
}

export interface NotifierOptions {
  readonly cse: Pick<Cse, 'id' | 'name' | 'spId'>;
  /** The broker the binding itself is on, and how its address may be written. */
  readonly home: BrokerLink & { readonly ports: ReadonlySet<number>; readonly hosts: ReadonlySet<string> };
  readonly limits: Limits;
  readonly log: Log;
}

export interface Notifier extends NotificationSender {
  close(): Promise<void>;
}

const linksMax = 64;
const connectTimeoutMs = 5_000;
const pendingMax = 1_000;
const defaultPorts: Readonly<Record<string, number>> = { 'mqtt:': 1883, 'mqtts:': 8883 };

/**
 * Delivers to `mqtt:` and `mqtts:` URLs. In a notification URI the path is the whole topic; in a point of access it goes
 * before the topics of the binding (TS-0010 §6.6). Brokers other than our own are connected to on first use, with the
 * user and password of the URL, and left again when others were needed more recently.
 */
export function mqttNotifier({ cse, home, limits, log }: NotifierOptions): Notifier {
  const ownLevel = levelOf(cse.id);
  const links = new LRUCache<string, Promise<ForeignLink>>({
    max: linksMax,
    dispose: (link) => {
      link.then(({ close }) => close()).catch(() => undefined);
    },
  });

  const linkTo = async (target: URL): Promise<BrokerLink> => {
    const port = Number(target.port) || (defaultPorts[target.protocol] ?? 0);
    if (home.ports.has(port) && home.hosts.has(target.hostname)) return home;
    const key = `${target.protocol}//${target.username}:${target.password}@${target.hostname}:${port}`;
    const known = links.get(key);
    if (known !== undefined) return known;
    const link = openLink(new URL(key), ownLevel, limits, log);
    links.set(key, link);
    link.catch(() => links.delete(key));
    return link;
  };

  return {
    async send(target, request, signal, peer) {
      const topic =
        peer === undefined
          ? topicFor(target, request, cse)
          : requestTopic(ownLevel, levelOf(peer.id), prefixIn(target).replace(/\/$/, ''));
      const link = await linkTo(withCredential(target, ownLevel, peer?.token));
      await link.expectResponses?.(parseTopic(topic)?.prefix ?? '');
      return link.exchange.send(topic, request, signal);
    },
    async close() {
      links.clear();
    },
  };
}

/**
 * Topic for a target. `to` holds the URL itself when it was given as notification URI, else the AE that is reached there.
 * A path that begins like a topic of the binding gets the leading "/" that a URI cannot tell from its own.
 */
function topicFor(target: URL, request: RequestPrimitive, cse: NotifierOptions['cse']): string {
  const path = prefixIn(target);
  const isNotificationUri = /^mqtts?:\/\//.test(request.to);
  if (isNotificationUri || parseTopic(`/${path}`) !== undefined) {
    return path.startsWith('oneM2M/') ? `/${path}` : path;
  }
  return requestTopic(levelOf(cse.id), levelOf(stemOf(request.to, cse)), path === '' ? '' : path.replace(/\/$/, ''));
}

/** What goes before a topic, without the slash that begins every path. */
const prefixIn = (target: URL): string => decodeURIComponent(target.pathname).replace(/^\//, '');

/** The token of a credential is the password at a broker like ours; one in the URL itself comes first. */
function withCredential(target: URL, user: string, token: string | undefined): URL {
  if (token === undefined || target.username !== '') return target;
  const url = new URL(target);
  url.username = encodeURIComponent(user);
  url.password = encodeURIComponent(token);
  return url;
}

interface ForeignLink extends BrokerLink {
  readonly close: () => Promise<void>;
}

async function openLink(url: URL, ownLevel: string, limits: Limits, log: Log): Promise<ForeignLink> {
  const client = await connectAsync(`${url.protocol}//${url.host}`, {
    protocolVersion: 4,
    clean: true,
    connectTimeout: connectTimeoutMs,
    ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
    ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
  });
  client.on('error', (error) => log.info({ broker: url.host, reason: error.message }, 'a broker is not reachable'));
  const exchange = new Exchange((topic, payload) => publishTo(client, topic, payload), limits, pendingMax);
  client.on('message', (topic, payload) => {
    const parsed = parseTopic(topic);
    if (parsed !== undefined) exchange.receive(parsed, payload);
  });
  const subscribed = new Map<string, Promise<unknown>>();
  return {
    exchange,
    async expectResponses(prefix) {
      const filter = `${prefix}/oneM2M/resp/${ownLevel}/#`;
      const subscription = subscribed.get(filter) ?? client.subscribeAsync(filter, { qos: 1 });
      subscribed.set(filter, subscription);
      await subscription;
    },
    async close() {
      exchange.failAll(new Error('the connection to the broker is closed'));
      await client.endAsync();
    },
  };
}

const publishTo = async (client: MqttClient, topic: string, payload: Buffer): Promise<void> => {
  await client.publishAsync(topic, payload, { qos: 1 });
};

/** Names and addresses under which a server listening on `host` is reached from this machine. */
export function hostsOf(host: string): ReadonlySet<string> {
  const loopback = ['localhost', '127.0.0.1', '[::1]'];
  const every = host === '0.0.0.0' || host === '::';
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const own = addresses.map(({ address, family }) => (family === 'IPv6' ? `[${address}]` : address));
  return new Set([host, ...loopback, ...(every ? own : [])]);
}
