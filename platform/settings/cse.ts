import { count, optionalText, port, setting, text, url } from './setting.ts';

/** A CSE that this one is asked by or asks, beside its registrar. */
export interface CsePeer {
  /** CSE-ID, without the leading slash. */
  readonly id: string;
  /** Token of the credential that CSE has issued for ours. */
  readonly token?: string;
  /** File that holds the token, instead of the token itself. */
  readonly tokenFile?: string;
  /** Where it is reached; absent: at the points of access it has registered with. */
  readonly url?: string;
}

const csePeer = {
  type: 'object',
  additionalProperties: false,
  required: ['id'],
  properties: {
    id: { type: 'string', pattern: '^[A-Za-z0-9._~-]+$' },
    token: { type: 'string', minLength: 16 },
    tokenFile: text,
    url,
  },
};
/** Somebody whose tokens the CSE believes (TS-0003 §7.3.2.6.3). */
export interface TokenIssuer {
  /** AE-ID, or another identifier that stands in `iss`. */
  readonly issuer: string;
  readonly algorithm: string;
  /** PEM public key; for HS256 to HS512 the secret, base64url. */
  readonly key: string;
}

const tokenIssuer = {
  type: 'object',
  additionalProperties: false,
  required: ['issuer', 'algorithm', 'key'],
  properties: {
    issuer: { type: 'string', minLength: 1, maxLength: 256 },
    algorithm: {
      enum: 'ES256 ES384 ES512 RS256 RS384 RS512 PS256 PS384 PS512 EdDSA HS256 HS384 HS512'.split(' '),
    },
    key: { type: 'string', minLength: 43 },
  },
};
/** Settings of the CSE. */
export const cseSettings = {
  port: setting('ALZETTE_CSE_PORT', port, 8080, 'oneM2M HTTP and WebSocket bindings.'),
  id: setting(
    'ALZETTE_CSE_ID',
    { type: 'string', pattern: '^[A-Za-z0-9._~-]+$' },
    'id-in',
    'CSE-ID, without the leading slash.',
  ),
  name: setting(
    'ALZETTE_CSE_NAME',
    { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$' },
    'cse-in',
    'Resource name of the CSEBase.',
  ),
  admin: setting(
    'ALZETTE_CSE_ADMIN',
    { type: 'string', pattern: '^[CS][A-Za-z0-9._-]+$' },
    'CAdmin',
    'AE-ID of the administrator.',
  ),
  spId: setting(
    'ALZETTE_SP_ID',
    { type: 'string', pattern: '^[a-z0-9.-]+$' },
    'alzette.example',
    'M2M-SP-ID, without the slashes.',
  ),
  type: setting(
    'ALZETTE_CSE_TYPE',
    { enum: ['IN', 'MN', 'ASN'] },
    'IN' as 'IN' | 'MN' | 'ASN',
    'Kind of CSE: infrastructure node, middle node, application service node. The last two register with another CSE.',
  ),
  pointsOfAccess: setting(
    'ALZETTE_CSE_POINTS_OF_ACCESS',
    { type: 'array', maxItems: 10, items: url },
    [] as string[],
    'Addresses other CSEs reach this one at (JSON in the environment); none: those it listens on.',
  ),
  registrar: {
    url: setting(
      'ALZETTE_CSE_REGISTRAR_URL',
      { type: ['string', 'null'], pattern: '^[a-z+]+://' },
      null as string | null,
      'Where the registrar CSE is reached; none: this CSE registers nowhere.',
    ),
    id: setting(
      'ALZETTE_CSE_REGISTRAR_ID',
      { type: 'string', pattern: '^[A-Za-z0-9._~-]+$' },
      'id-in',
      'CSE-ID of the registrar CSE, without the leading slash.',
    ),
    name: setting(
      'ALZETTE_CSE_REGISTRAR_NAME',
      { type: 'string', pattern: '^(-|[A-Za-z0-9][A-Za-z0-9._-]*)$' },
      '-',
      "Resource name of the registrar's CSEBase; `-` stands for it at CSEs of release 3 and later.",
    ),
    token: setting(
      'ALZETTE_CSE_REGISTRAR_TOKEN',
      { type: ['string', 'null'], minLength: 16 },
      null as string | null,
      'Token of the credential the registrar has issued for the CSE-ID of this CSE (`/.credentials`).',
    ),
    tokenFile: setting(
      'ALZETTE_CSE_REGISTRAR_TOKEN_FILE',
      optionalText,
      null as string | null,
      'File that holds the token for the registrar.',
    ),
    lifetimeSeconds: setting(
      'ALZETTE_CSE_REGISTRAR_LIFETIME_SECONDS',
      count(4, 31_536_000),
      3600,
      'How long a registration holds unless it is renewed; it is renewed four times as often, at least every minute.',
    ),
  },
  peers: setting(
    'ALZETTE_CSE_PEERS',
    { type: 'array', maxItems: 1000, items: csePeer },
    [] as CsePeer[],
    'Tokens for the CSEs that register here: `[{ "id": "id-mn", "token": "…" }]` (JSON in the environment).',
  ),
  forwardTimeoutSeconds: setting(
    'ALZETTE_CSE_FORWARD_TIMEOUT_SECONDS',
    count(1, 10),
    10,
    'How long another CSE may take to answer.',
  ),
  deliveryRequestsMax: setting(
    'ALZETTE_CSE_DELIVERY_REQUESTS_MAX',
    count(1, 1000),
    100,
    'How many requests travel in one `<delivery>`.',
  ),
  deliveryLifespanSeconds: setting(
    'ALZETTE_CSE_DELIVERY_LIFESPAN_SECONDS',
    count(1, 31_536_000),
    86_400,
    'How long the delivery of a request is tried that does not say when it expires.',
  ),
  announcementTargetsMax: setting(
    'ALZETTE_CSE_ANNOUNCEMENT_TARGETS_MAX',
    count(1, 1000),
    32,
    'How many CSEs one resource is announced to.',
  ),
  announcementRetryHours: setting(
    'ALZETTE_CSE_ANNOUNCEMENT_RETRY_HOURS',
    count(1, 24 * 365),
    72,
    'How long the announcement of a resource, or its end, is tried again while the other CSE is away.',
  ),
  aeOriginators: setting(
    'ALZETTE_CSE_AE_ORIGINATORS',
    { type: 'array', minItems: 1, maxItems: 1000, items: { type: 'string', pattern: '^[CS*][A-Za-z0-9._~*-]*$' } },
    ['*'],
    'AE-IDs that may register, `*` as wildcard (JSON in the environment); credentials limit them further.',
  ),
  security: setting(
    'ALZETTE_CSE_SECURITY',
    { enum: ['token', 'open'] },
    'token' as 'token' | 'open',
    '`token`: an originator proves itself; `open`: originators are believed (allowed on loopback only).',
  ),
  corsOrigins: setting(
    'ALZETTE_CSE_CORS_ORIGINS',
    { type: 'array', maxItems: 100, items: { type: 'string', pattern: '^(\\*|https?://[^/\\s]+)$' } },
    [] as string[],
    'Origins whose web pages may use the CSE (`["https://map.example.fr"]`, `*` for all; JSON in the environment).',
  ),
  flexContainersDirectory: setting(
    'ALZETTE_CSE_FLEX_CONTAINERS_DIRECTORY',
    optionalText,
    null as string | null,
    'Folder of flexContainer definitions; none: `territories/<territory>/flex-containers`.',
  ),
  missingDataMax: setting(
    'ALZETTE_CSE_MISSING_DATA_MAX',
    count(1, 100_000),
    1_000,
    'Missing points listed in a timeSeries that sets no limit, or a higher one; further back none are looked for.',
  ),
  beaconsMax: setting(
    'ALZETTE_CSE_BEACONS_MAX',
    count(1, 10_000),
    200,
    'Beacons for time synchronization on their way at once; further ones are left out.',
  ),
  timeSeriesQueueMax: setting(
    'ALZETTE_CSE_TIME_SERIES_QUEUE_MAX',
    count(10, 1_000_000),
    10_000,
    'TimeSeries whose missing data wait to be noted; the others are looked at a little later.',
  ),
  bodySizeBytesMax: setting(
    'ALZETTE_CSE_BODY_SIZE_BYTES_MAX',
    count(1024, 64 * 1024 * 1024),
    1024 * 1024,
    'Largest request the CSE reads, on every binding.',
  ),
  depthMax: setting('ALZETTE_CSE_DEPTH_MAX', count(4, 200), 64, 'How deep resources can be nested.'),
  filterValuesMax: setting(
    'ALZETTE_CSE_FILTER_VALUES_MAX',
    count(1, 10_000),
    100,
    'Values one filter criterion may list.',
  ),
  resultsMax: setting(
    'ALZETTE_CSE_RESULTS_MAX',
    count(10, 100_000),
    2_000,
    'Addresses in one answer; what is left out is announced with where to go on.',
  ),
  representationsMax: setting(
    'ALZETTE_CSE_REPRESENTATIONS_MAX',
    count(10, 100_000),
    1_000,
    'Child resources shown whole in one answer (result contents 4 and 8).',
  ),
  searchedMax: setting(
    'ALZETTE_CSE_SEARCHED_MAX',
    count(1_000, 10_000_000),
    200_000,
    'Resources looked at for one answer, however few of them match.',
  ),
  batchSeconds: setting(
    'ALZETTE_CSE_BATCH_SECONDS',
    count(1, 86_400),
    60,
    'How long notifications are collected for a batch that names no duration.',
  ),
  notificationsMax: setting(
    'ALZETTE_CSE_NOTIFICATIONS_MAX',
    count(1, 1_000_000),
    10_000,
    'Notifications that wait for one target; beyond, those of low priority and then the oldest are given up.',
  ),
  crossMembersMax: setting(
    'ALZETTE_CSE_CROSS_MEMBERS_MAX',
    count(1, 1000),
    50,
    'Members of one cross-resource subscription.',
  ),
  crossWindowSecondsMax: setting(
    'ALZETTE_CSE_CROSS_WINDOW_SECONDS_MAX',
    count(1, 31 * 86_400),
    86_400,
    'Longest time window of a cross-resource subscription.',
  ),
  groupMembersMax: setting(
    'ALZETTE_CSE_GROUP_MEMBERS_MAX',
    count(1, 100_000),
    10_000,
    'Members a `<group>` may have, whatever its own limit says.',
  ),
  fanOutParallelMax: setting(
    'ALZETTE_CSE_FAN_OUT_PARALLEL_MAX',
    count(1, 1000),
    32,
    'Members of a group that one request is carried out on at the same time.',
  ),
  fanOutSecondsMax: setting(
    'ALZETTE_CSE_FAN_OUT_SECONDS_MAX',
    count(1, 600),
    20,
    'How long answers of group members are awaited, when the request names no earlier time.',
  ),
  fanOutRequestsMax: setting(
    'ALZETTE_CSE_FAN_OUT_REQUESTS_MAX',
    count(1, 1_000_000),
    20_000,
    'Requests that one request may become here through groups that hold groups.',
  ),
  semanticsTimeMsMax: setting(
    'ALZETTE_CSE_SEMANTICS_TIME_MS_MAX',
    count(100, 60_000),
    5_000,
    'Longest time for one SPARQL request over descriptions.',
  ),
  semanticsBytesMax: setting(
    'ALZETTE_CSE_SEMANTICS_BYTES_MAX',
    count(10_000, 100_000_000),
    4_000_000,
    'Descriptions and ontologies looked at together by one SPARQL request.',
  ),
  groupValidationSeconds: setting(
    'ALZETTE_CSE_GROUP_VALIDATION_SECONDS',
    count(1, 86_400),
    30,
    'Time after which members of a group that could not be reached are looked at again.',
  ),
  tokenIssuers: setting(
    'ALZETTE_CSE_TOKEN_ISSUERS',
    { type: 'array', maxItems: 100, items: tokenIssuer },
    [] as TokenIssuer[],
    'Issuers of tokens and roles that are believed, each with one `algorithm` and one `key` (JSON in the environment).',
  ),
  consultationSecondsMax: setting(
    'ALZETTE_CSE_CONSULTATION_SECONDS_MAX',
    count(1, 60),
    5,
    'How long a dynamic authorization server, or a decision point, may take to answer.',
  ),
  consultationsMax: setting(
    'ALZETTE_CSE_CONSULTATIONS_MAX',
    count(1, 10_000),
    100,
    'Consultations about access that are under way at the same time; beyond, access is refused.',
  ),
  transactionSecondsMax: setting(
    'ALZETTE_CSE_TRANSACTION_SECONDS_MAX',
    count(1, 86_400),
    300,
    'How long a transaction may keep resources locked after the last of its times.',
  ),
  transactionRequestsMax: setting(
    'ALZETTE_CSE_TRANSACTION_REQUESTS_MAX',
    count(1, 1000),
    100,
    'Requests one `<transactionMgmt>` may hold together.',
  ),
  feedRetentionHours: setting(
    'ALZETTE_CSE_FEED_RETENTION_HOURS',
    count(1, 24 * 365),
    72,
    'How long committed changes wait for consumers that are away.',
  ),
  actionQueueMax: setting(
    'ALZETTE_CSE_ACTION_QUEUE_MAX',
    count(1, 1_000_000),
    10_000,
    'Changes that wait to be looked at by actions and processes; further ones are not looked at, and logged.',
  ),
  actionChainMax: setting(
    'ALZETTE_CSE_ACTION_CHAIN_MAX',
    count(1, 100),
    8,
    'Actions that may trigger each other in a row, before the chain is cut.',
  ),
  actionPeriodMs: setting(
    'ALZETTE_CSE_ACTION_PERIOD_MS',
    count(1, 86_400_000),
    10_000,
    'Rest of a periodic action that names none, milliseconds.',
  ),
  locationInstancesMax: setting(
    'ALZETTE_CSE_LOCATION_INSTANCES_MAX',
    count(1, 1_000_000),
    1_000,
    'Positions a new location container keeps; its creator can change that.',
  ),
  statisticsRetentionDays: setting(
    'ALZETTE_CSE_STATISTICS_RETENTION_DAYS',
    count(1, 36_500),
    400,
    'How long records of collected statistics are kept.',
  ),
  actionTimes: setting(
    'ALZETTE_CSE_ACTION_TIMES',
    count(1, 1_000_000),
    100,
    'Firings of a continuous action that names no number.',
  ),
  requestsPendingMax: setting(
    'ALZETTE_CSE_REQUESTS_PENDING_MAX',
    count(1, 1_000_000),
    10_000,
    'Non-blocking or deferred requests that may be unfinished at once.',
  ),
  requestsPerOriginatorMax: setting(
    'ALZETTE_CSE_REQUESTS_PER_ORIGINATOR_MAX',
    count(1, 1_000_000),
    1_000,
    'Of these, how many one originator may have.',
  ),
  ratePerOriginatorMax: setting(
    'ALZETTE_CSE_RATE_PER_ORIGINATOR_MAX',
    count(1, 1_000_000),
    10_000,
    'Requests per second of one originator with one credential; beyond, HTTP and CoAP refuse, MQTT and WebSocket wait.',
  ),
  requestResultSeconds: setting(
    'ALZETTE_CSE_REQUEST_RESULT_SECONDS',
    count(1, 31_536_000),
    3_600,
    'How long the result of a non-blocking request is kept when the originator does not say.',
  ),
  requestSecondsMax: setting(
    'ALZETTE_CSE_REQUEST_SECONDS_MAX',
    count(60, 31_536_000),
    604_800,
    'Longest life of a request resource; a request that asks for more is refused.',
  ),
  pollSeconds: setting(
    'ALZETTE_CSE_POLL_SECONDS',
    count(1, 3_600),
    60,
    'How long a poll of a polling channel is held when it does not say.',
  ),
  pollSecondsMax: setting('ALZETTE_CSE_POLL_SECONDS_MAX', count(1, 86_400), 600, 'How long any poll is held at most.'),
  pollsMax: setting(
    'ALZETTE_CSE_POLLS_MAX',
    count(1, 1_000),
    8,
    'Polls that may wait in one polling channel; beyond, the oldest ends.',
  ),
  pollingQueueMax: setting(
    'ALZETTE_CSE_POLLING_QUEUE_MAX',
    count(1, 100_000),
    256,
    'Requests that may wait in one polling channel.',
  ),
  pollingRepeatSeconds: setting(
    'ALZETTE_CSE_POLLING_REPEAT_SECONDS',
    count(1, 86_400),
    60,
    'A request that was polled and not answered is offered again after this time.',
  ),
} as const;
