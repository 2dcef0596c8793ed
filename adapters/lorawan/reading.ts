import { decode, type Told, UndecodablePayload, type Values } from './codecs/decode.ts';
import { codecOf } from './codecs/index.ts';
import type { Codec } from './codecs/layout.ts';
import type { Device, Message, Uplink } from './message.ts';
import { type ReadingTime, readingTime } from './reading-time.ts';

/** What one message becomes: an instance of the measurements container, or of the raw one. */
export type Reading =
  | { readonly container: 'measurements'; readonly content: MeasurementContent }
  | {
      readonly container: 'raw';
      readonly content: RawContent;
      /** Set when something is wrong. */
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

export interface RawContent extends ReadingTime {
  readonly event: string;
  readonly reason: string;
  /** What is wrong; absent when nothing is. */
  readonly message?: Told;
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

/** What is read of an uplink, fresh or kept. */
type ReadableUplink = Pick<
  Uplink,
  'device' | 'integration' | 'fPort' | 'fCnt' | 'payload' | 'receivedAt' | 'batteryPercent'
> & { readonly radio: object | undefined };

export function readUplink(uplink: ReadableUplink, codec: Codec | undefined, now: Date): Reading {
  const { device, integration, radio, fPort, fCnt } = uplink;
  const common = {
    ...(fPort === undefined ? {} : { fPort }),
    fCnt,
    raw: uplink.payload.toString('hex'),
    ...(radio === undefined ? {} : { radio }),
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
      throw unknownModel(device.modelNames);
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
    return { container: 'raw', content: kept(error.reason, { message: error.told }), refused: error.reason };
  }
}

function unknownModel(names: readonly string[]): UndecodablePayload {
  const quoted = (left: string, right: string) => names.map((name) => `${left}${name}${right}`).join(', ');
  return new UndecodablePayload('unknown-model', {
    fr: `aucun décodeur connu pour ${quoted('« ', ' »') || 'un appareil sans modèle'} ; posez l’étiquette « model » = <fabricant>/<modèle> sur le serveur de réseau`,
    en: `no codec is known for ${quoted('"', '"') || 'a device without a model'}; set the tag "model" to <maker>/<model> at the network server`,
  });
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
