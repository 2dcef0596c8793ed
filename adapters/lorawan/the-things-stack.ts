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

/** What we read of an application message of The Things Stack v3 (`ApplicationUp` in its API reference). */
interface Envelope {
  readonly end_device_ids: {
    readonly device_id: string;
    readonly dev_eui?: string;
    readonly application_ids?: { readonly application_id: string };
  };
  readonly received_at?: string;
  readonly uplink_message?: {
    readonly session_key_id?: string;
    readonly f_port?: number;
    readonly f_cnt?: number;
    readonly frm_payload?: string;
    readonly received_at?: string;
    readonly rx_metadata?: readonly {
      readonly gateway_ids?: { readonly gateway_id?: string };
      readonly rssi?: number;
      readonly snr?: number;
    }[];
    readonly settings?: { readonly data_rate?: { readonly lora?: { readonly spreading_factor?: number } } };
    readonly locations?: Readonly<Record<string, Position>>;
    readonly version_ids?: { readonly brand_id?: string; readonly model_id?: string };
    readonly attributes?: Readonly<Record<string, string>>;
    readonly last_battery_percentage?: { readonly value?: number };
  };
  readonly join_accept?: { readonly session_key_id?: string; readonly attributes?: Readonly<Record<string, string>> };
}

const position = {
  type: 'object',
  required: ['latitude', 'longitude'],
  properties: {
    latitude: { type: 'number', minimum: -90, maximum: 90 },
    longitude: { type: 'number', minimum: -180, maximum: 180 },
  },
};

const isEnvelope = compileEnvelope<Envelope>({
  type: 'object',
  required: ['end_device_ids'],
  properties: {
    end_device_ids: {
      type: 'object',
      required: ['device_id'],
      properties: {
        device_id: nameSchema,
        dev_eui: devEuiSchema,
        application_ids: { type: 'object', properties: { application_id: nameSchema } },
      },
    },
    received_at: timeSchema,
    uplink_message: {
      type: 'object',
      properties: {
        session_key_id: nameSchema,
        f_port: { type: 'integer', minimum: 0, maximum: 255 },
        f_cnt: { type: 'integer', minimum: 0, maximum: 0xffff_ffff },
        frm_payload: payloadSchema,
        received_at: timeSchema,
        rx_metadata: {
          type: 'array',
          maxItems: 256,
          items: {
            type: 'object',
            properties: {
              gateway_ids: { type: 'object', properties: { gateway_id: nameSchema } },
              rssi: { type: 'number' },
              snr: { type: 'number' },
            },
          },
        },
        settings: {
          type: 'object',
          properties: {
            data_rate: {
              type: 'object',
              properties: { lora: { type: 'object', properties: { spreading_factor: { type: 'integer' } } } },
            },
          },
        },
        locations: { type: 'object', maxProperties: 16, additionalProperties: position },
        version_ids: { type: 'object', properties: { brand_id: nameSchema, model_id: nameSchema } },
        attributes: tagsSchema,
        last_battery_percentage: {
          type: 'object',
          properties: { value: { type: 'number', minimum: 0, maximum: 100 } },
        },
      },
    },
    join_accept: {
      type: 'object',
      properties: { session_key_id: nameSchema, attributes: tagsSchema },
    },
  },
});

/**
 * Reads one application message of The Things Stack v3, as its webhooks and its MQTT server send it.
 *
 * @throws Refusal 400 `bad-envelope` or `bad-payload`
 */
export function readTheThingsStack(value: unknown, integration: string): Message | Passed {
  assertEnvelope(isEnvelope, value, 'The Things Stack v3');
  const { end_device_ids: ids, uplink_message: uplink, join_accept: join } = value;
  const kind = Object.keys(value).find((key) => !['end_device_ids', 'correlation_ids', 'received_at'].includes(key));
  // Downlink failures name devices that have not joined yet; those carry no DevEUI.
  if (ids.dev_eui === undefined || (!uplink && !join)) return { event: 'passed', kind: kind ?? 'unknown' };
  const devEui = ids.dev_eui.toLowerCase();
  const device = deviceOf(value, devEui);
  const heard = { server: 'the-things-stack', integration, device } as const;
  if (!uplink) {
    const receivedAt = value.received_at ?? '';
    return { ...heard, event: 'join', receivedAt, identity: `${devEui}:join:${join?.session_key_id ?? receivedAt}` };
  }
  const fCnt = uplink.f_cnt ?? 0; // protobuf's JSON leaves zeroes out
  const receivedAt = uplink.received_at ?? value.received_at ?? '';
  return {
    ...heard,
    event: 'up',
    receivedAt,
    // Counters start again with each session; without a session key the time of reception tells sessions apart.
    identity: `${devEui}:${uplink.session_key_id ?? receivedAt}:${fCnt}`,
    fCnt,
    ...(uplink.f_port === undefined ? {} : { fPort: uplink.f_port }),
    payload: payloadOf(uplink.frm_payload),
    radio: radioOf(uplink),
    ...(uplink.last_battery_percentage?.value === undefined
      ? {}
      : { batteryPercent: uplink.last_battery_percentage.value }),
  };
}

function deviceOf(
  { end_device_ids: ids, uplink_message: uplink, join_accept: join }: Envelope,
  devEui: string,
): Device {
  const tags = uplink?.attributes ?? join?.attributes ?? {};
  const { brand_id: brand, model_id: model } = uplink?.version_ids ?? {};
  // `user` is the position entered by hand; the others are estimated by the network.
  const position = uplink?.locations?.user;
  return {
    devEui,
    name: tags.name ?? ids.device_id,
    modelNames: [tags.model, brand && model ? `${brand}/${model}` : undefined].filter((name) => name !== undefined),
    tags,
    ...(position === undefined ? {} : { position: { latitude: position.latitude, longitude: position.longitude } }),
  };
}

function radioOf({ rx_metadata: receptions = [], settings }: NonNullable<Envelope['uplink_message']>): Radio {
  const best = receptions.toSorted((a, b) => (b.rssi ?? -Infinity) - (a.rssi ?? -Infinity))[0];
  const spreadingFactor = settings?.data_rate?.lora?.spreading_factor;
  return {
    ...(best?.rssi === undefined ? {} : { rssi: best.rssi }),
    ...(best?.snr === undefined ? {} : { snr: best.snr }),
    ...(spreadingFactor === undefined ? {} : { sf: spreadingFactor }),
    ...(best?.gateway_ids?.gateway_id === undefined ? {} : { gateway: best.gateway_ids.gateway_id }),
    gateways: receptions.length,
  };
}
