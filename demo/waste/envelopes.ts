import { createHash, randomUUID } from 'node:crypto';
import type { Container } from './containers.ts';

/** Gateways of the demonstration; a sensor is heard by the one of its commune and sometimes by a neighbour. */
const gatewayOf = ({ place }: Container): string => `ccphva-gw-${place.street.commune.insee}`;
const gatewayEuiOf = (container: Container): string => `02a17e00000${container.place.street.commune.insee}`;

interface Reception {
  readonly rssi: number;
  readonly snr: number;
  readonly spreadingFactor: number;
}

function receptionOf({ rssiDbm, random }: Container): Reception {
  const rssi = Math.round(rssiDbm + 3 * random.normal());
  const spreadingFactor = rssi > -95 ? 7 : rssi > -105 ? 9 : rssi > -112 ? 10 : 12;
  return { rssi, snr: Math.round((12 + (rssi + 80) / 3) * 10) / 10, spreadingFactor };
}

/** Sessions last from join to join; here, for the life of the demonstration device. */
const sessionKeyOf = (devEui: string): string =>
  createHash('sha256').update(`session ${devEui}`).digest().subarray(0, 16).toString('base64');
const devAddrOf = (devEui: string): string => createHash('sha256').update(devEui).digest('hex').slice(0, 8);

/** Uplink of The Things Stack v3 (`ApplicationUp` with `uplink_message`), as its MQTT server publishes it. */
export function theThingsStackUplink(
  container: Container,
  options: { frame: Buffer; application: string; attributes: Readonly<Record<string, string>>; receivedAt: Date },
): object {
  const { devEui, sensor, fCnt, place } = container;
  const { frame, application, attributes, receivedAt } = options;
  const { rssi, snr, spreadingFactor } = receptionOf(container);
  const time = receivedAt.toISOString();
  const [longitude = 0, latitude = 0] = place.position;
  return {
    end_device_ids: {
      device_id: theThingsStackId(container),
      application_ids: { application_id: application },
      dev_eui: devEui.toUpperCase(),
      join_eui: '02A17E77E0000000',
      dev_addr: devAddrOf(devEui).toUpperCase(),
    },
    correlation_ids: [`as:up:${randomUUID()}`, `gs:uplink:${randomUUID()}`],
    received_at: time,
    uplink_message: {
      session_key_id: sessionKeyOf(devEui),
      f_port: sensor.fPort,
      f_cnt: fCnt,
      frm_payload: frame.toString('base64'),
      rx_metadata: [
        {
          gateway_ids: { gateway_id: gatewayOf(container), eui: gatewayEuiOf(container).toUpperCase() },
          time,
          timestamp: receivedAt.getTime() % 2 ** 32,
          rssi,
          channel_rssi: rssi,
          snr,
        },
      ],
      settings: {
        data_rate: { lora: { bandwidth: 125000, spreading_factor: spreadingFactor, coding_rate: '4/5' } },
        frequency: '868100000',
        timestamp: receivedAt.getTime() % 2 ** 32,
        time,
      },
      received_at: time,
      consumed_airtime: '0.061696s',
      locations: { user: { latitude, longitude, source: 'SOURCE_REGISTRY' } },
      version_ids: { brand_id: sensor.brand, model_id: sensor.model, firmware_version: '1.0', band_id: 'EU_863_870' },
      network_ids: { net_id: '000013', tenant_id: 'alzette', cluster_id: 'eu1' },
      attributes,
    },
  };
}

export const theThingsStackId = ({ devEui }: Container): string => `eui-${devEui}`;

/** Event `up` of ChirpStack v4, as its HTTP integration posts it. */
export function chirpStackUplink(
  container: Container,
  options: { frame: Buffer; tags: Readonly<Record<string, string>>; receivedAt: Date },
): object {
  const { devEui, sensor, fCnt } = container;
  const { rssi, snr, spreadingFactor } = receptionOf(container);
  return {
    deduplicationId: randomUUID(),
    time: options.receivedAt.toISOString(),
    deviceInfo: {
      tenantId: '52f14cd4-c6f1-4fbd-8f87-4025e1d49242',
      tenantName: 'Alzette',
      applicationId: '17c82e96-be03-4f38-aef3-f83d48582d97',
      applicationName: 'Déchets',
      deviceProfileId: '14855bf7-d10d-4aee-b618-ebfcb64dc7ad',
      deviceProfileName: sensor.profile,
      deviceName: `capteur-${devEui}`,
      devEui,
      deviceClassEnabled: 'CLASS_A',
      tags: options.tags,
    },
    devAddr: devAddrOf(devEui),
    adr: true,
    dr: 12 - spreadingFactor,
    fCnt,
    fPort: sensor.fPort,
    confirmed: false,
    data: options.frame.toString('base64'),
    rxInfo: [
      {
        gatewayId: gatewayEuiOf(container),
        uplinkId: container.random.integer(0, 2 ** 32 - 1),
        rssi,
        snr,
        context: 'E3OWOQ==',
        metadata: { region_name: 'eu868', region_common_name: 'EU868' },
      },
    ],
    txInfo: {
      frequency: 868_300_000,
      modulation: { lora: { bandwidth: 125000, spreadingFactor, codeRate: 'CR_4_5' } },
    },
  };
}
