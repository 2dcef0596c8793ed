import { randomUUID } from 'node:crypto';
import mqtt, { type MqttClient } from 'mqtt';
import { type Client, CseRefusal, CseUnreachable } from '#cse/client';
import { type Log, messageOf } from '#platform';
import type { Registrar } from '../registration.ts';
import type { VendorCredential } from '../settings.ts';

type Content = Parameters<Client['create']>[3];
type Json = Content[string];

const operation = { create: 1, retrieve: 2, notify: 5 } as const;
const ok = 2000;
const badRequest = 4000;
const answerTimeoutMs = 20_000;
/** Requests under way at once on one connection. */
const inFlightMax = 16;
const filtersPerSubscribeMax = 40;

interface Pending {
  readonly resolve: (response: Readonly<Record<string, Json>>) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** Called with the content of an instance that was created in a container a light subscribed to. @returns whether it was understood */
type CommandHandler = (lightId: string, content: unknown) => boolean;

/**
 * A lighting vendor's gateway: one MQTT connection that speaks for many lights (TS-0010), each under its own AE-ID. Its
 * credential covers them all; requests go to `/oneM2M/req/<light>/<cse>/json`, notifications arrive at
 * `/oneM2M/req/<cse>/<light>/json`.
 */
export class Gateway {
  readonly #client: MqttClient;
  readonly #cse: string;
  readonly #log: Log;
  readonly #pending = new Map<string, Pending>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #onCommand: CommandHandler = () => false;

  constructor(options: {
    readonly url: URL;
    readonly credential: VendorCredential;
    readonly cseId: string;
    readonly name: string;
    readonly log: Log;
  }) {
    const { url, credential, cseId, name, log } = options;
    this.#cse = cseId.slice(1);
    this.#log = log;
    this.#client = mqtt.connect(`${url.protocol}//${url.host}`, {
      clientId: name,
      username: name,
      password: credential.token,
      protocolVersion: 4,
      clean: false,
      keepalive: 30,
      reconnectPeriod: 2_000,
      connectTimeout: 10_000,
      queueQoSZero: false,
    });
    this.#client.on('message', (topic, payload) => this.#receive(topic, payload));
    this.#client.on('error', (error) => log.warn({ reason: messageOf(error) }, 'the gateway cannot connect'));
    this.#client.on('close', () => this.#failPending('the connection was closed'));
  }

  onCommand(handler: CommandHandler): void {
    this.#onCommand = handler;
  }

  /** Hears responses and notifications for these lights; the library subscribes again after a reconnection. */
  async serve(lightIds: readonly string[]): Promise<void> {
    const filters = lightIds.flatMap((id) => [`/oneM2M/resp/C${id}/#`, `/oneM2M/req/+/C${id}/#`]);
    for (let from = 0; from < filters.length; from += filtersPerSubscribeMax) {
      await this.#client.subscribeAsync(filters.slice(from, from + filtersPerSubscribeMax), { qos: 1 });
    }
  }

  /** Requests of one light. */
  as(lightId: string): Registrar & { exists(address: string): Promise<boolean> } {
    const send = (request: Readonly<Record<string, Json>>) => this.#request(`C${lightId}`, request);
    return {
      create: (to, ty, rn, attributes) => {
        const name = contentNames[ty] ?? 'm2m:cin';
        return send({
          op: operation.create,
          to,
          ty,
          pc: { [name]: { ...(rn === undefined ? {} : { rn }), ...attributes } },
        });
      },
      async exists(to) {
        try {
          await send({ op: operation.retrieve, to });
          return true;
        } catch (error) {
          if (error instanceof CseRefusal) return false;
          throw error;
        }
      },
    };
  }

  async close(): Promise<void> {
    this.#failPending('the gateway stops');
    await this.#client.endAsync(!this.#client.connected);
  }

  async #request(fr: string, request: Readonly<Record<string, Json>>): Promise<Content> {
    if (this.#running >= inFlightMax) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running += 1;
    try {
      const response = await this.#exchange(fr, { ...request, fr, rqi: randomUUID(), rvi: '3' });
      const rsc = Number(response.rsc);
      const pc = (response.pc ?? {}) as Content;
      if (rsc >= 3000) {
        const dbg = pc['m2m:dbg'];
        throw new CseRefusal(rsc, { ...(typeof dbg === 'string' ? { dbg } : {}), to: String(request.to) });
      }
      return pc;
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }

  #exchange(fr: string, request: Content & { rqi: string }): Promise<Readonly<Record<string, Json>>> {
    const { rqi } = request;
    return new Promise((resolve, reject) => {
      // While there is no connection nothing is handed to the library, which would keep it without bound.
      if (!this.#client.connected)
        return reject(new CseUnreachable('the gateway is not connected', { mayHaveArrived: false }));
      const timer = setTimeout(() => {
        this.#pending.delete(rqi);
        reject(new CseUnreachable('the CSE did not answer in time', { mayHaveArrived: true }));
      }, answerTimeoutMs);
      this.#pending.set(rqi, { resolve, reject, timer });
      this.#client.publish(`/oneM2M/req/${fr}/${this.#cse}/json`, JSON.stringify(request), { qos: 1 });
    });
  }

  #receive(topic: string, payload: Buffer): void {
    const [, , kind, from, to, format] = topic.split('/');
    try {
      const primitive: Readonly<Record<string, Json>> = JSON.parse(payload.toString('utf8'));
      if (kind === 'resp') this.#settle(primitive);
      else if (kind === 'req' && from && to)
        this.#notified(to, `/oneM2M/resp/${from}/${to}/${format ?? 'json'}`, primitive);
    } catch (error) {
      this.#log.warn({ topic, reason: messageOf(error) }, 'a message of the CSE cannot be read');
    }
  }

  #settle(response: Readonly<Record<string, Json>>): void {
    const rqi = String(response.rqi);
    const pending = this.#pending.get(rqi);
    if (!pending) return;
    clearTimeout(pending.timer);
    this.#pending.delete(rqi);
    pending.resolve(response);
  }

  /** Answers a notification once the light has dealt with it (TS-0004 §7.5.1.2). */
  #notified(to: string, answerTopic: string, { rqi, rvi, pc }: Readonly<Record<string, Json>>): void {
    const instance = createdInstance(pc);
    const isUnderstood = instance === undefined || this.#onCommand(to.slice(1), instance);
    const answer = {
      rsc: isUnderstood ? ok : badRequest,
      rqi: rqi ?? null,
      ...(rvi === undefined ? {} : { rvi }),
      ...(isUnderstood ? {} : { pc: { 'm2m:dbg': 'expected { "id": …, "dimming": 0–100 }' } }),
    };
    this.#client.publish(answerTopic, JSON.stringify(answer), { qos: 1 });
  }

  #failPending(reason: string): void {
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(new CseUnreachable(reason, { mayHaveArrived: true }));
    }
    this.#pending.clear();
  }
}

const contentNames: Readonly<Record<number, string>> = { 2: 'm2m:ae', 3: 'm2m:cnt', 4: 'm2m:cin', 23: 'm2m:sub' };

const member = (value: Json | undefined, name: string): Json | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value[name] : undefined;

/** Content of the instance a notification tells of; undefined for verifications and deletions, which need no action. */
function createdInstance(content: Json | undefined): unknown {
  const instance = member(member(member(member(content, 'm2m:sgn'), 'nev'), 'rep'), 'm2m:cin');
  const con = member(instance, 'con');
  if (con === undefined) return undefined;
  if (typeof con !== 'string') return con;
  try {
    return JSON.parse(con);
  } catch {
    return con; // not a command: the light says so
  }
}
