import { setTimeout as delay } from 'node:timers/promises';
import { hours } from '../fleet-clock.ts';
import { recurring } from '../recurring.ts';
import type { Vendor, VendorContext } from '../vendor.ts';
import { type ApplicationServer, startApplicationServer } from './application-server.ts';
import { type Container, containerFleet, frameOf, tagsOf } from './containers.ts';
import { chirpStackUplink, theThingsStackId, theThingsStackUplink } from './envelopes.ts';

const application = 'ccphva-dechets';
const tenant = 'alzette';
/** Demonstration time between two uplinks of a sensor. */
const uplinkEveryMs = hours(1);
/** No sensor sends more often than this in real time, whatever the pace. */
const realIntervalMinMs = 20_000;
/** The first uplinks of all sensors are spread over this time. */
const firstWithinMs = 25_000;
const answerTimeoutMs = 15_000;
/** One in this many sensors loses its radio from time to time, so that "no news" is seen. */
const forgetfulOneIn = 70;

/**
 * Waste containers: half of the sensors are managed in The Things Stack, whose MQTT server runs in this process and is
 * listened to by the adapter; half in ChirpStack, which calls the adapter's webhook.
 */
export async function startWaste(context: VendorContext): Promise<Vendor> {
  const { settings, clock, log, signal } = context;
  const { theThingsStack, chirpstack } = settings.credentials;
  const containers = containerFleet(settings.containers);
  const everyMs = Math.max(realIntervalMinMs, clock.realMs(uplinkEveryMs));
  const server = theThingsStack ? await startApplicationServer({ ...theThingsStack, log }) : undefined;
  if (server) await listenerOf(server, signal);

  const send = async (container: Container): Promise<void> => {
    await context.rate.turn(signal);
    container.fCnt += 1;
    const tags = tagsOf(container, Math.round(everyMs / 1000));
    const receivedAt = new Date();
    const frame = frameOf(container, clock.now());
    if (server && container.index % 2 === 0) {
      if (!server.isHeard) return;
      const topic = `v3/${application}@${tenant}/devices/${theThingsStackId(container)}/up`;
      await server.publish(
        topic,
        theThingsStackUplink(container, { frame, application, attributes: tags, receivedAt }),
      );
    } else if (chirpstack) {
      await post(chirpStackUplink(container, { frame, tags, receivedAt }));
    }
    context.sent();
  };

  const post = async (event: object): Promise<void> => {
    const integration = chirpstack?.integration ?? '';
    const url = new URL(`/api/adapters/lorawan/chirpstack/${integration}?event=up`, settings.web);
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${chirpstack?.token ?? ''}`, 'content-type': 'application/json' },
      body: JSON.stringify(event),
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerTimeoutMs)]),
    });
    if (!response.ok)
      throw new Error(`the webhook answered ${response.status}: ${(await response.text()).slice(0, 200)}`);
    await response.body?.cancel();
  };

  let heard = 0;
  const running = containers.map((container) => {
    const radio = new Radio(container, clock.pace);
    let isFirst = true;
    return recurring(
      { everyMs, firstAfterMs: (container.index / containers.length) * firstWithinMs, signal, log },
      async () => {
        if (radio.isSilent() && !isFirst) return;
        await send(container);
        if (!isFirst) return;
        isFirst = false;
        heard += 1;
        context.progress(heard, containers.length);
      },
    );
  });
  return {
    async stop() {
      await Promise.all(running);
      await server?.close();
    },
  };
}

/** A network server starts whether or not somebody listens; we give the adapter a moment, so that no first uplink is lost. */
async function listenerOf(server: ApplicationServer, signal: AbortSignal): Promise<void> {
  const patienceMs = 30_000;
  await Promise.race([server.subscribed, delay(patienceMs, undefined, { signal })]);
}

/** Some sensors fall silent for half a day of demonstration time. */
class Radio {
  readonly #isForgetful: boolean;
  readonly #offset: number;
  readonly #cycleMs: number;

  constructor({ index }: Container, pace: number) {
    this.#isForgetful = index % forgetfulOneIn === 13;
    this.#offset = (index * 7919) % 1000;
    this.#cycleMs = Math.max(10 * 60_000, hours(36) / pace);
  }

  isSilent(): boolean {
    if (!this.#isForgetful) return false;
    const phase = ((Date.now() + this.#offset * 1000) % this.#cycleMs) / this.#cycleMs;
    return phase > 0.6;
  }
}
