import express, { Router } from 'express';
import { type Client, CseRefusal } from '#cse/client';
import { messageOf, Refusal } from '#platform';
import type { Told } from './codecs/decode.ts';
import type { Codec } from './codecs/layout.ts';
import { type DeviceRegister, isConflict, originatorOf, resourceType } from './device-register.ts';
import { assertEnvelope, compileEnvelope } from './envelope.ts';
import type { Figures } from './figures.ts';
import type { Device } from './message.ts';
import { as } from './originator.ts';
import { isPassing } from './passing.ts';
import { codecFor, type RawContent, type Reading, readUplink } from './reading.ts';

/** What became of a raw message that was read once more. `nothing-measured`: it is understood, and says no reading. */
export type Outcome =
  | { readonly status: 'stored' | 'duplicate'; readonly resource: string }
  | { readonly status: 'nothing-measured' }
  | { readonly status: 'refused'; readonly reason: Told };

interface KeptUplink {
  /** Address of the instance of the device's `raw` container. */
  readonly resource: string;
  readonly content: RawContent & { readonly event: 'up'; readonly raw: string; readonly fCnt: number };
}

const bodySizeMax = '64kb';
const short = { type: 'string', maxLength: 200 };
const isKeptUplink = compileEnvelope<KeptUplink>({
  type: 'object',
  required: ['resource', 'content'],
  properties: {
    resource: short,
    content: {
      type: 'object',
      required: ['time', 'timeSource', 'event', 'raw', 'fCnt', 'integration'],
      properties: {
        time: short,
        timeSource: { enum: ['device', 'network', 'platform'] },
        event: { const: 'up' },
        raw: { type: 'string', pattern: '^([0-9a-f]{2}){1,242}$' },
        fPort: { type: 'integer', minimum: 0, maximum: 255 },
        fCnt: { type: 'integer', minimum: 0 },
        model: short,
        integration: short,
        radio: { type: 'object' },
        clock: { type: 'object' },
      },
    },
  },
});

/**
 * `POST /lorawan/read-again`: reads an uplink that was kept as raw with the codecs and the model known now, and stores
 * the reading among the device's measurements, from where it goes the usual way. Doing it twice does no harm.
 *
 * Answers 200 with an `Outcome`, 400 when it is no such uplink, 503 while the CSE cannot take it.
 */
export function readAgainDoor(options: {
  readonly cse: Client;
  readonly register: DeviceRegister;
  readonly figures: Figures;
}): Router {
  const { figures } = options;
  const router = Router();
  router.post('/lorawan/read-again', express.json({ limit: bodySizeMax }), async (request, response) => {
    const body: unknown = request.body;
    assertEnvelope(isKeptUplink, body, 'the raw container');
    const outcome = await readAgain(options, body);
    figures.readAgain.inc({ outcome: outcome.status });
    response.json(outcome);
  });
  return router;
}

async function readAgain(
  { cse, register }: { readonly cse: Client; readonly register: DeviceRegister },
  kept: KeptUplink,
): Promise<Outcome> {
  const place = /\/lora-([0-9a-f]{16})\/raw\/([\w.~-]{1,100})$/.exec(kept.resource);
  const [, devEui = '', name = ''] = place ?? [];
  if (place === null || kept.resource !== `${register.addressOf(devEui, 'raw')}/${name}`) {
    throw new Refusal(400, 'not-a-raw-instance', `${register.addressOf('<devEui>', 'raw')}/<name> is expected`);
  }
  try {
    const device = deviceOf(devEui, kept.content, await register.descriptorOf(devEui));
    const codec = codecFor(device);
    const reading = readKept(device, codec, kept.content);
    if (reading.container === 'raw') {
      return reading.content.message === undefined
        ? { status: 'nothing-measured' }
        : { status: 'refused', reason: reading.content.message };
    }
    if (codec !== undefined) await register.identify(devEui, codec);
    const container = register.addressOf(devEui, 'measurements');
    const status = await store(cse, devEui, container, name, reading);
    return { status, resource: `${container}/${name}` };
  } catch (error) {
    if (isPassing(error)) throw new Refusal(503, 'cse-unreachable', `the CSE cannot take it now: ${messageOf(error)}`);
    if (!(error instanceof CseRefusal)) throw error;
    const said = messageOf(error);
    return { status: 'refused', reason: { fr: `le CSE le refuse : ${said}`, en: `the CSE refuses it: ${said}` } };
  }
}

/** The device as the platform knows it now: its model may have been named since the message came. */
function deviceOf(devEui: string, { model }: RawContent, descriptor: string | undefined): Device {
  const facts: Record<string, unknown> = descriptor === undefined ? {} : JSON.parse(descriptor);
  const tags = Object.entries({ depth_mm: facts.depthMm, empty_mm: facts.emptyMm });
  return {
    devEui,
    name: typeof facts.name === 'string' ? facts.name : devEui,
    modelNames: [facts.model, model].filter((name) => typeof name === 'string'),
    tags: Object.fromEntries(tags.flatMap(([tag, value]) => (value === undefined ? [] : [[tag, String(value)]]))),
  };
}

function readKept(device: Device, codec: Codec | undefined, content: KeptUplink['content']): Reading {
  const { time, timeSource, clock, fPort, fCnt, raw, radio, integration } = content;
  const reading = readUplink(
    {
      integration,
      device,
      receivedAt: time,
      ...(fPort === undefined ? {} : { fPort }),
      fCnt,
      payload: Buffer.from(raw, 'hex'),
      radio,
    },
    codec,
    new Date(time),
  );
  if (reading.container === 'raw' || reading.content.timeSource === 'device') return reading;
  // The time of reception was judged when the message came; only the device's own time was unknown then.
  return { ...reading, content: { ...reading.content, timeSource, ...(clock === undefined ? {} : { clock }) } };
}

async function store(
  cse: Client,
  devEui: string,
  container: string,
  name: string,
  { content }: Reading,
): Promise<'stored' | 'duplicate'> {
  try {
    await as(cse, originatorOf(devEui)).create(container, resourceType.contentInstance, {
      'm2m:cin': { rn: name, con: JSON.stringify(content), cnf: 'application/json:0' },
    });
    return 'stored';
  } catch (error) {
    if (!isConflict(error)) throw error;
    return 'duplicate';
  }
}
