import { createHash } from 'node:crypto';
import type { Client } from '#cse/client';
import { type Log, messageOf, Refusal } from '#platform';
import { Availability } from './availability.ts';
import { type DeviceRegister, isConflict, isNotFound, originatorOf, resourceType } from './device-register.ts';
import type { Figures } from './figures.ts';
import type { Message } from './message.ts';
import { as } from './originator.ts';
import { isPassing } from './passing.ts';
import { codecFor, type Reading, read } from './reading.ts';

/** Messages accepted and not yet stored. At a kilobyte each this is two megabytes; a network of ten thousand hourly devices fills it in twelve minutes. */
const waitingMax = 2_000;
/** After this time in the buffer a message is given up: logged, counted, and left to the network server to send again. */
const keptMaxMs = 3600_000;

export type Outcome = 'stored' | 'duplicate';

/**
 * Takes messages of all integrations to the CSE: in order per device, many devices at once, nothing answered before
 * the CSE has committed it. While the CSE is away messages wait here, up to a bound; beyond it nothing is accepted.
 */
export class Intake {
  readonly #cse: Client;
  readonly #register: DeviceRegister;
  readonly #figures: Figures;
  readonly #log: Log;
  readonly #availability = new Availability();
  readonly #stopping = new AbortController();
  /** Work under way, by identity: a copy that arrives meanwhile waits for the same outcome. */
  readonly #underWay = new Map<string, Promise<Outcome>>();
  /** Last work of each device, so that its messages stay in order. */
  readonly #lastOf = new Map<string, Promise<unknown>>();

  constructor(options: { cse: Client; register: DeviceRegister; figures: Figures; log: Log }) {
    this.#cse = options.cse;
    this.#register = options.register;
    this.#figures = options.figures;
    this.#log = options.log;
  }

  /**
   * Stores a message.
   *
   * @returns once the CSE has committed it (`stored`), or had done so before (`duplicate`)
   * @throws Refusal 503 `too-many-waiting` at once when the buffer is full; 502 `cse-refused` when the CSE will not have
   *   it; 503 `cse-unreachable` when the CSE stayed away too long or the adapter stops
   */
  submit(message: Message): Promise<Outcome> {
    const underWay = this.#underWay.get(message.identity);
    if (underWay) {
      this.#figures.duplicates.inc({ integration: message.integration });
      return underWay;
    }
    if (this.#underWay.size >= waitingMax || this.#stopping.signal.aborted) {
      this.#figures.refused.inc({ integration: message.integration, reason: 'too-many-waiting' });
      return Promise.reject(
        new Refusal(
          503,
          'too-many-waiting',
          `${this.#underWay.size} messages wait for the CSE already; send this one again later`,
        ),
      );
    }
    const { devEui } = message.device;
    const before = this.#lastOf.get(devEui) ?? Promise.resolve();
    const work = before.then(
      () => this.#storeWhenPossible(message),
      () => this.#storeWhenPossible(message),
    );
    this.#underWay.set(message.identity, work);
    this.#lastOf.set(devEui, work);
    this.#figures.waiting.set(this.#underWay.size);
    const done = () => {
      this.#underWay.delete(message.identity);
      if (this.#lastOf.get(devEui) === work) this.#lastOf.delete(devEui);
      this.#figures.waiting.set(this.#underWay.size);
    };
    work.then(done, done);
    return work;
  }

  /** Lets what is under way finish as long as the CSE answers; what waits for an absent CSE is given up. */
  async stop(): Promise<void> {
    const graceMs = 5_000;
    const timer = setTimeout(() => this.#stopping.abort(new Error('the adapter stops')), graceMs);
    if (this.#availability.isDown) this.#stopping.abort(new Error('the adapter stops'));
    await Promise.allSettled(this.#underWay.values());
    clearTimeout(timer);
    this.#stopping.abort(new Error('the adapter stops'));
  }

  async #storeWhenPossible(message: Message): Promise<Outcome> {
    const codec = codecFor(message.device);
    const reading = read(message, codec, new Date());
    this.#count(message, reading);
    const giveUpAt = Date.now() + keptMaxMs;
    for (;;) {
      try {
        await this.#availability.whenWorthTrying(this.#stopping.signal);
        const outcome = await this.#store(message, reading);
        this.#availability.succeeded();
        return outcome;
      } catch (error) {
        if (this.#stopping.signal.aborted || (isPassing(error) && Date.now() > giveUpAt)) {
          throw this.#givenUp(message, 503, 'cse-unreachable', error);
        }
        if (!isPassing(error)) throw this.#givenUp(message, 502, 'cse-refused', error);
        if (!this.#availability.isDown)
          this.#log.warn({ reason: messageOf(error) }, 'the CSE cannot take readings; they wait');
        this.#availability.failed();
      }
    }
  }

  async #store(message: Message, reading: Reading): Promise<Outcome> {
    const { devEui } = message.device;
    const codec = codecFor(message.device);
    await this.#register.ensure(message, codec);
    try {
      return await this.#createInstance(message, reading);
    } catch (error) {
      if (!isNotFound(error)) throw error;
      // Somebody deleted the device's resources while we still remembered them.
      this.#register.forget(devEui);
      await this.#register.ensure(message, codec);
      return await this.#createInstance(message, reading);
    }
  }

  async #createInstance(message: Message, { container, content }: Reading): Promise<Outcome> {
    const { devEui } = message.device;
    try {
      await as(this.#cse, originatorOf(devEui)).create(
        this.#register.addressOf(devEui, container),
        resourceType.contentInstance,
        { 'm2m:cin': { rn: instanceName(message.identity), con: JSON.stringify(content), cnf: 'application/json:0' } },
      );
      return 'stored';
    } catch (error) {
      if (!isConflict(error)) throw error;
      this.#figures.duplicates.inc({ integration: message.integration });
      return 'duplicate';
    }
  }

  #count(message: Message, reading: Reading): void {
    const { integration } = message;
    const { devEui } = message.device;
    this.#figures.messages.inc({ integration, event: message.event });
    if (reading.content.clock) {
      const { by, reason } = reading.content.clock;
      this.#figures.clocksDistrusted.inc({ integration, by, reason });
      this.#log.info(
        { integration, devEui, clock: reading.content.clock },
        'a clock is wrong; the reading has another time',
      );
    }
    if (reading.container === 'raw' && reading.refused) {
      this.#figures.refused.inc({ integration, reason: reading.refused });
      this.#log.warn(
        { integration, devEui, reason: reading.refused, detail: reading.content.message?.en },
        'a payload was not decoded; it is kept as raw',
      );
    }
  }

  #givenUp(message: Message, status: number, code: string, error: unknown): Refusal {
    const { integration, device } = message;
    this.#figures.refused.inc({ integration, reason: code });
    this.#log.error({ integration, devEui: device.devEui, reason: messageOf(error) }, 'a message was not stored');
    return new Refusal(status, code, `the CSE did not store the message: ${messageOf(error)}`);
  }
}

/** The same message gets the same resource name, so the CSE itself recognises what it has already stored. */
const instanceName = (identity: string): string =>
  `u-${createHash('sha256').update(identity).digest('hex').slice(0, 24)}`;
