import { randomUUID } from 'node:crypto';

const frame = Buffer.from('800001011102800012000000000001008 1'.replace(' ', ''), 'hex');

/** An uplink of a Dingtek DF702 (640 mm, 18 °C) in the envelope of ChirpStack v4. */
export const chirpStackUplink = (
  devEui: string,
  overrides: Record<string, unknown> = {},
  tags: Record<string, string> = {},
) => ({
  deduplicationId: randomUUID(),
  time: new Date().toISOString(),
  deviceInfo: {
    deviceName: 'bac-1',
    deviceProfileName: 'Dingtek DF702',
    devEui,
    tags: {
      name: 'Bac verre – Audun-le-Tiche',
      commune: '57038',
      latitude: '49.472',
      longitude: '5.956',
      depth_mm: '1600',
      empty_mm: '100',
      waste_stream: 'glass',
      demo: 'true',
      ...tags,
    },
  },
  devAddr: '00189440',
  fCnt: 7,
  fPort: 3,
  data: frame.toString('base64'),
  rxInfo: [{ gatewayId: '0016c001f153a14c', rssi: -97, snr: 6.5 }],
  txInfo: { frequency: 867100000, modulation: { lora: { bandwidth: 125000, spreadingFactor: 9 } } },
  ...overrides,
});

/** The same uplink in the envelope of The Things Stack v3. */
export const theThingsStackUplink = (devEui: string, fCnt = 7, overrides: Record<string, unknown> = {}) => ({
  end_device_ids: { device_id: 'bac-1', application_ids: { application_id: 'dechets' }, dev_eui: devEui.toUpperCase() },
  received_at: new Date().toISOString(),
  uplink_message: {
    session_key_id: 'AXA50tHUGUucuzS/bCGMNw==',
    f_port: 3,
    f_cnt: fCnt,
    frm_payload: frame.toString('base64'),
    received_at: new Date().toISOString(),
    rx_metadata: [{ gateway_ids: { gateway_id: 'gw-1' }, rssi: -101, snr: 2 }],
    settings: { data_rate: { lora: { bandwidth: 125000, spreading_factor: 10 } } },
    version_ids: { brand_id: 'dingtek', model_id: 'df702' },
    locations: { user: { latitude: 49.472, longitude: 5.956 } },
    attributes: { name: 'Bac papier – Thil', commune: '54521', depth_mm: '1600' },
    ...overrides,
  },
});
