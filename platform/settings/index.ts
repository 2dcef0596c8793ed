import { cseSettings } from './cse.ts';
import { count, flag, optionalText, port, setting, text, url } from './setting.ts';

/** A LoRaWAN network server that calls us (webhook) or that we listen to (its MQTT broker). */
export interface LorawanIntegration {
  /** Name in the webhook's path and in logs. */
  readonly name: string;
  readonly server: 'the-things-stack' | 'chirpstack';
  /** Secret the network server sends in `Authorization: Bearer …`; absent: no webhook. */
  readonly webhookToken?: string;
  /** Broker of the network server; absent: webhook only. */
  readonly mqtt?: { readonly url: string; readonly username?: string; readonly password?: string };
}
const lorawanIntegration = {
  type: 'object',
  additionalProperties: false,
  required: ['name', 'server'],
  properties: {
    name: { type: 'string', pattern: '^[a-z0-9-]{1,64}$' },
    server: { enum: ['the-things-stack', 'chirpstack'] },
    webhookToken: { type: 'string', minLength: 16 },
    mqtt: {
      type: 'object',
      additionalProperties: false,
      required: ['url'],
      properties: { url, username: text, password: text },
    },
  },
};
/** Every setting, once. The JSON Schema, the `Config` type and `docs/configuration.md` follow from this table. */
export const settings = {
  host: setting('ALZETTE_HOST', text, '127.0.0.1', 'Address every server listens on.'),
  dataDir: setting('ALZETTE_DATA_DIR', text, './var', 'Embedded database, keys, flows, uploads.'),
  territory: setting('ALZETTE_TERRITORY', text, 'ccphva', 'Territory profile, a folder of `territories/`.'),
  web: {
    port: setting('ALZETTE_WEB_PORT', port, 3000, 'Port of the console, the flow editor and the APIs.'),
    publicUrl: setting(
      'ALZETTE_WEB_PUBLIC_URL',
      { type: ['string', 'null'], pattern: '^https?://' },
      null as string | null,
      'Address users type, when a reverse proxy stands in front; with https, cookies are marked secure.',
    ),
    baseMapUrl: setting(
      'ALZETTE_WEB_BASE_MAP_URL',
      { type: ['string', 'null'], pattern: '^https://' },
      null as string | null,
      'Raster tiles under the territory (`https://…/{z}/{x}/{y}…`, such as IGN Géoplateforme); none: the self-hosted base.',
    ),
    baseMapAttribution: setting(
      'ALZETTE_WEB_BASE_MAP_ATTRIBUTION',
      text,
      '© IGN – Géoplateforme',
      'Attribution shown with the online base map.',
    ),
  },
  database: {
    url: setting(
      'DATABASE_URL',
      { type: ['string', 'null'], pattern: '^postgres(ql)?://' },
      null as string | null,
      'External PostgreSQL (16 or later); none: the embedded one under the data directory.',
    ),
    poolSizeMax: setting('ALZETTE_DATABASE_POOL_SIZE_MAX', count(4, 200), 16, 'Connections to the database.'),
  },
  cse: cseSettings,
  mqtt: {
    port: setting('ALZETTE_MQTT_PORT', port, 1883, 'Embedded MQTT broker.'),
    url: setting(
      'ALZETTE_MQTT_URL',
      { type: ['string', 'null'], pattern: '^mqtts?://' },
      null as string | null,
      'External MQTT broker instead of the embedded one.',
    ),
  },
  coap: { port: setting('ALZETTE_COAP_PORT', port, 5683, 'CoAP binding (UDP).') },
  tls: {
    certificateFile: setting(
      'ALZETTE_TLS_CERTIFICATE_FILE',
      optionalText,
      null as string | null,
      "PEM file with the CSE's certificate and those of intermediate authorities; none: no encrypted doors.",
    ),
    keyFile: setting(
      'ALZETTE_TLS_KEY_FILE',
      optionalText,
      null as string | null,
      'PEM file with the private key of that certificate, without a passphrase.',
    ),
    clientCaFile: setting(
      'ALZETTE_TLS_CLIENT_CA_FILE',
      optionalText,
      null as string | null,
      'PEM file with the authorities whose client certificates are accepted; none: client certificates are not asked for.',
    ),
    host: setting(
      'ALZETTE_TLS_HOST',
      optionalText,
      null as string | null,
      'Address the encrypted doors listen on; none: that of `host`.',
    ),
    csePort: setting('ALZETTE_TLS_CSE_PORT', port, 8443, 'oneM2M HTTP and WebSocket bindings over TLS.'),
    mqttPort: setting('ALZETTE_TLS_MQTT_PORT', port, 8883, 'Embedded MQTT broker over TLS.'),
  },
  adapters: {
    lorawan: setting(
      'ALZETTE_ADAPTERS_LORAWAN',
      { type: 'array', maxItems: 100, items: lorawanIntegration },
      [] as LorawanIntegration[],
      'LoRaWAN network servers (JSON in the environment).',
    ),
  },
  alerts: {
    silenceFactor: setting(
      'ALZETTE_ALERTS_SILENCE_FACTOR',
      { type: 'number', exclusiveMinimum: 0, maximum: 1000 },
      3,
      'A device is silent after this many times its expected reporting interval.',
    ),
  },
  history: {
    retentionDays: setting('ALZETTE_HISTORY_RETENTION_DAYS', count(1, 36_500), 730, 'How long observations are kept.'),
  },
  demo: {
    enabled: setting(
      'ALZETTE_DEMO',
      flag,
      true,
      'Plays the demonstration fleet (`npm start -- --no-demo` turns it off).',
    ),
    pace: setting(
      'ALZETTE_DEMO_PACE',
      { type: 'number', minimum: 0.1, maximum: 3600 },
      60,
      'Speed of the demonstration: 60 plays an hour of recordings in a minute.',
    ),
  },
  log: {
    level: setting(
      'ALZETTE_LOG_LEVEL',
      { enum: ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] },
      'warn' as 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent',
      'Least important message that is written.',
    ),
    file: setting(
      'ALZETTE_LOG_FILE',
      optionalText,
      null as string | null,
      'File the log goes to; none: standard error.',
    ),
  },
} as const;
