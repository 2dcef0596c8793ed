import { decode, UndecodablePayload, type Values } from './codecs/decode.ts';
import { codecOf } from './codecs/index.ts';
import type { Codec } from './codecs/layout.ts';
import type { Device, Message } from './message.ts';
import { type ReadingTime, readingTime } from './reading-time.ts';

/** What one message becomes: an instance of the measurements container, or of the raw one. */
export type Reading =
  | { readonly container: 'measurements'; readonly content: MeasurementContent }
  | {
      readonly container: 'raw';
      readonly content: RawContent /** Set when something is wrong. */;
      readonly refused?: RefusalReason;
    };

export type RefusalReason = UndecodablePayload['reason'];

interface MeasurementContent extends ReadingTime {
  readonly model: string;
  readonly fPort?: number;
  readonly fCnt?: number;
  readonly values: Values;
  readonly depthMm?: number;
  readonly emptyMm?: number;
  readonly raw?: string;
  readonly radio?: object;
  readonly integration: string;
}

interface RawContent extends ReadingTime {
  readonly event: string;
  readonly reason: string;
  readonly message?: string;
  readonly model?: string;
  readonly fPort?: number;
  readonly fCnt?: number;
  readonly values?: Values;
  readonly raw?: string;
  readonly radio?: object;
  readonly integration: string;
}

/** The codec of a device, by the first of its names we know. */
export const codecFor = ({ modelNames }: Device): Codec | undefined =>
  modelNames.map(codecOf).find((codec) => codec !== undefined);

/** Turns a message into what will be stored. Never throws for what a device sent: that is kept with the reason. */
export function read(message: Message, codec: Codec | undefined, now: Date): Reading {
  switch (message.event) {
    case 'up':
      return readUplink(message, codec, now);
    case 'status':
      return readStatus(message, codec, now);
    case 'join':
      return {
        container: 'raw',
        content: {
          ...readingTime(message.receivedAt, undefined, now),
          event: 'join',
          reason: 'join',
          integration: message.integration,
        },
      };
  }
}

function readUplink(uplink: Message & { event: 'up' }, codec: Codec | undefined, now: Date): Reading {
  const { device, integration, radio, fPort, fCnt } = uplink;
  const common = {
    ...(fPort === undefined ? {} : { fPort }),
    fCnt,
    raw: uplink.payload.toString('hex'),
    radio,
    integration,
  };
  const arrived = readingTime(uplink.receivedAt, undefined, now);
  const kept = (reason: string, rest: Partial<RawContent> = {}): RawContent => ({
    ...arrived,
    event: 'up',
    reason,
    model: codec?.model ?? device.modelNames[0] ?? 'unknown',
    ...common,
    ...rest,
  });
  if (uplink.payload.length === 0) return { container: 'raw', content: kept('empty-payload') };
  try {
    if (!codec) {
      const names = device.modelNames.map((name) => `"${name}"`).join(', ');
      throw new UndecodablePayload(
        'unknown-model',
        `no codec is known for ${names === '' ? 'a device without a model' : names}; set the tag "model" to <maker>/<model>`,
      );
    }
    const { purpose, values } = decode(codec, uplink.payload, fPort);
    if (purpose !== 'measurement') return { container: 'raw', content: kept(purpose, { values }) };
    const { deviceTimeS, ...measured } = values;
    return {
      container: 'measurements',
      content: {
        ...readingTime(uplink.receivedAt, typeof deviceTimeS === 'number' ? deviceTimeS : undefined, now),
        model: codec.model,
        values: {
          ...(uplink.batteryPercent === undefined ? {} : { batteryPercent: uplink.batteryPercent }),
          ...measured,
        },
        ...containerSize(device),
        ...common,
      },
    };
  } catch (error) {
    if (!(error instanceof UndecodablePayload)) throw error;
    return { container: 'raw', content: kept(error.reason, { message: error.message }), refused: error.reason };
  }
}

/** The level of the battery is a reading like any other; a status without one is only kept. */
function readStatus(status: Message & { event: 'status' }, codec: Codec | undefined, now: Date): Reading {
  const { integration, batteryPercent, externallyPowered, marginDb } = status;
  const time = readingTime(status.receivedAt, undefined, now);
  const values = {
    ...(batteryPercent === undefined ? {} : { batteryPercent }),
    ...(externallyPowered === undefined ? {} : { externallyPowered }),
    ...(marginDb === undefined ? {} : { marginDb }),
  };
  return codec && batteryPercent !== undefined
    ? { container: 'measurements', content: { ...time, model: codec.model, values, integration } }
    : { container: 'raw', content: { ...time, event: 'status', reason: 'status', values, integration } };
}

/** Inner height of the container and distance from the sensor to the full line, in millimetres, from the device's tags. */
export function containerSize({ tags }: Device): { depthMm?: number; emptyMm?: number } {
  const depthMm = millimetres(tags.depth_mm);
  const emptyMm = millimetres(tags.empty_mm);
  return { ...(depthMm === undefined ? {} : { depthMm }), ...(emptyMm === undefined ? {} : { emptyMm }) };
}

function millimetres(tag: string | undefined): number | undefined {
  const value = Number(tag ?? Number.NaN);
  return Number.isFinite(value) && value >= 0 && value <= 100_000 ? value : undefined;
}
