import { Refusal } from '#platform';
import {
  assertEnvelope,
  compileEnvelope,
  devEuiSchema,
  nameSchema,
  payloadOf,
  payloadSchema,
  tagsSchema,
  timeSchema,
} from './envelope.ts';
import type { Device, Message, Passed, Position, Radio } from './message.ts';

/** What we read of an integration event of ChirpStack v4. */
interface Envelope {
  readonly deduplicationId?: string;
  readonly time: string;
  readonly deviceInfo: {
    readonly devEui: string;
    readonly deviceName?: string;
    readonly deviceProfileName?: string;
    readonly tags?: Readonly<Record<string, string>>;
  };
  readonly devAddr?: string;
}

interface UplinkEnvelope extends Envelope {
  readonly fPort?: number;
  readonly fCnt?: number;
  readonly data?: string;
  readonly rxInfo?: readonly { readonly gatewayId?: string; readonly rssi?: number; readonly snr?: number }[];
  readonly txInfo?: { readonly modulation?: { readonly lora?: { readonly spreadingFactor?: number } } };
}

interface StatusEnvelope extends Envelope {
  readonly margin?: number;
  readonly batteryLevel?: number;
  readonly batteryLevelUnavailable?: boolean;
  readonly externalPowerSource?: boolean;
}

const envelope = {
  type: 'object',
  required: ['time', 'deviceInfo'],
  properties: {
    deduplicationId: nameSchema,
    time: timeSchema,
    deviceInfo: {
      type: 'object',
      required: ['devEui'],
      properties: { devEui: devEuiSchema, deviceName: nameSchema, deviceProfileName: nameSchema, tags: tagsSchema },
    },
    devAddr: nameSchema,
  },
};

const isEnvelope = compileEnvelope<Envelope>(envelope);
const isUplink = compileEnvelope<UplinkEnvelope>({
  ...envelope,
  properties: {
    ...envelope.properties,
    fPort: { type: 'integer', minimum: 0, maximum: 255 },
    fCnt: { type: 'integer', minimum: 0, maximum: 0xffff_ffff },
    data: payloadSchema,
    rxInfo: {
      type: 'array',
      maxItems: 256,
      items: {
        type: 'object',
        properties: { gatewayId: nameSchema, rssi: { type: 'number' }, snr: { type: 'number' } },
      },
    },
    txInfo: {
      type: 'object',
      properties: {
        modulation: {
          type: 'object',
          properties: { lora: { type: 'object', properties: { spreadingFactor: { type: 'integer' } } } },
        },
      },
    },
  },
});
const isStatus = compileEnvelope<StatusEnvelope>({
  ...envelope,
  properties: {
    ...envelope.properties,
    margin: { type: 'number' },
    batteryLevel: { type: 'number', minimum: 0, maximum: 100 },
    batteryLevelUnavailable: { type: 'boolean' },
    externalPowerSource: { type: 'boolean' },
  },
});

/** Events ChirpStack sends that carry no reading. */
const passed = new Set(['ack', 'txack', 'log', 'location', 'integration']);

/**
 * Reads one integration event of ChirpStack v4.
 *
 * @param event its kind: the `event` argument of the webhook, the last level of the MQTT topic
 * @throws Refusal 400 `unknown-event`, `bad-envelope` or `bad-payload`
 */
export function readChirpStack(value: unknown, event: string, integration: string): Message | Passed {
  switch (event) {
    case 'up': {
      assertEnvelope(isUplink, value, 'ChirpStack v4 (up)');
      const fCnt = value.fCnt ?? 0; // protobuf's JSON leaves zeroes out
      return {
        ...heardOf(value, integration, `${value.devAddr ?? value.time}:${fCnt}`),
        event,
        fCnt,
        ...(value.fPort === undefined ? {} : { fPort: value.fPort }),
        payload: payloadOf(value.data),
        radio: radioOf(value),
      };
    }
    case 'join':
      assertEnvelope(isEnvelope, value, 'ChirpStack v4 (join)');
      return { ...heardOf(value, integration, `join:${value.time}`), event };
    case 'status': {
      assertEnvelope(isStatus, value, 'ChirpStack v4 (status)');
      const { batteryLevel, batteryLevelUnavailable, externalPowerSource, margin } = value;
      return {
        ...heardOf(value, integration, `status:${value.time}`),
        event,
        ...(batteryLevel === undefined || batteryLevelUnavailable ? {} : { batteryPercent: batteryLevel }),
        ...(externalPowerSource === undefined ? {} : { externallyPowered: externalPowerSource }),
        ...(margin === undefined ? {} : { marginDb: margin }),
      };
    }
    default:
      if (passed.has(event)) return { event: 'passed', kind: event };
      throw new Refusal(
        400,
        'unknown-event',
        `"${event.slice(0, 40)}" is not an event of ChirpStack v4; expected up, join, status, ${[...passed].join(', ')}`,
      );
  }
}

function heardOf(value: Envelope, integration: string, otherwise: string) {
  const { deviceInfo, deduplicationId, time } = value;
  const devEui = deviceInfo.devEui.toLowerCase();
  return {
    server: 'chirpstack',
    integration,
    device: deviceOf(deviceInfo, devEui),
    identity: deduplicationId === undefined ? `${devEui}:${otherwise}` : `${devEui}:${deduplicationId}`,
    receivedAt: time,
  } as const;
}

function deviceOf({ deviceName, deviceProfileName, tags = {} }: Envelope['deviceInfo'], devEui: string): Device {
  const position = positionOf(tags);
  return {
    devEui,
    name: tags.name ?? deviceName ?? devEui,
    modelNames: [tags.model, deviceProfileName].filter((name) => name !== undefined),
    tags,
    ...(position === undefined ? {} : { position }),
  };
}

/** ChirpStack has no place for a device's position; by convention it is kept in two tags. */
function positionOf({ latitude, longitude }: Readonly<Record<string, string>>): Position | undefined {
  const position = { latitude: Number.parseFloat(latitude ?? ''), longitude: Number.parseFloat(longitude ?? '') };
  const plausible = Math.abs(position.latitude) <= 90 && Math.abs(position.longitude) <= 180;
  return plausible ? position : undefined;
}

function radioOf({ rxInfo: receptions = [], txInfo }: UplinkEnvelope): Radio {
  const best = receptions.toSorted((a, b) => (b.rssi ?? -Infinity) - (a.rssi ?? -Infinity))[0];
  const spreadingFactor = txInfo?.modulation?.lora?.spreadingFactor;
  return {
    ...(best?.rssi === undefined ? {} : { rssi: best.rssi }),
    ...(best?.snr === undefined ? {} : { snr: best.snr }),
    ...(spreadingFactor === undefined ? {} : { sf: spreadingFactor }),
    ...(best?.gatewayId === undefined ? {} : { gateway: best.gatewayId }),
    gateways: receptions.length,
  };
}
