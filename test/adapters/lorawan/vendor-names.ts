/**
 * How each maker's published names and units read in ours. A string renames; a pair renames and converts the maker's
 * value into ours; null marks what is not a reading (constants of the maker's program, echoes of the payload).
 */
type Vendor = unknown;
export type Renaming = string | readonly [name: string, convert: (published: Vendor) => unknown] | null;

const leadingNumber = (published: Vendor): number => Number.parseFloat(String(published));
const quantity = (name: string): Renaming => [name, leadingNumber];
const scaled = (name: string, factor: number): Renaming => [
  name,
  (published) => Math.round(leadingNumber(published) * factor * 1e6) / 1e6,
];
/** `{ value, unit }` or `{ data, unit }`. */
const measured = (name: string, factor = 1): Renaming => [
  name,
  (published) => {
    const { value, data } = published as { value?: number; data?: number };
    return Number(value ?? data) * factor;
  },
];
const is = (name: string, expected: string): Renaming => [name, (published) => published === expected];
const version = (name: string): Renaming => [name, (published) => String(published).replace(/^V/, '')];

const dingtek: Record<string, Renaming> = {
  level: quantity('distanceMm'),
  longitude: quantity('longitude'),
  latitude: quantity('latitude'),
  temperature: quantity('temperatureC'),
  angle: quantity('tiltDeg'),
  full: 'fullAlarm',
  alarmLevel: 'fullAlarm',
  fire: 'fireAlarm',
  alarmFire: 'fireAlarm',
  tilt: 'tiltAlarm',
  alarmFall: 'tiltAlarm',
  battery: 'batteryLowAlarm',
  alarmBattery: 'batteryLowAlarm',
  motion: 'motionAlarm',
  volt: 'batteryV',
  frameCounter: 'frameCounter',
  frame_counter: 'frameCounter',
  firmware: version('firmware'),
  uploadInterval: 'reportIntervalHours',
  periodic_interval: quantity('reportIntervalHours'),
  periodic_upload_interval: quantity('reportIntervalHours'),
  detectInterval: 'detectionIntervalMinutes',
  detection_interval: quantity('detectionIntervalMinutes'),
  periodic_detection_interval: quantity('detectionIntervalMinutes'),
  levelThreshold: 'fullThresholdCm',
  full_alarm_threshold: quantity('fullThresholdCm'),
  fireThreshold: 'fireThresholdC',
  fire_alarm_threshold: quantity('fireThresholdC'),
  fallThreshold: 'tiltThresholdDeg',
  tilt_alarm_threshold: quantity('tiltThresholdDeg'),
  motion_alarm_threshold: quantity('motionThresholdDeg'),
  fallEnable: 'tiltAlarmEnabled',
  tilt_enable: 'tiltAlarmEnabled',
  motion_alarm_enable: 'motionAlarmEnabled',
  workMode: 'workMode',
  ultrasonic_range: [
    'workMode',
    // The maker prints the range that mode 0 stands for.
    (published) => ({ '2000 mm': 0 })[String(published)],
  ],
};

const milesight: Record<string, Renaming> = {
  battery: 'batteryPercent',
  temperature: 'temperatureC',
  distance: 'distanceMm',
  tilt: is('tilted', 'tilt'),
  position: is('tilted', 'tilt'),
  voltage: 'voltageV',
  energy: 'activeEnergyImportWh',
  power_consumption: 'activeEnergyImportWh',
  button: is('switchOn', 'open'),
};

const decentlab: Record<string, Renaming> = {
  battery_voltage: measured('batteryV'),
  device_id: null,
  protocol_version: null,
  distance: measured('distanceMm'),
  number_of_valid_samples: measured('validSamples'),
  distance_average: measured('distanceMm'),
  distance_minimum: measured('distanceMinimumMm'),
  distance_maximum: measured('distanceMaximumMm'),
  distance_median: measured('distanceMedianMm'),
  distance_10th_percentile: measured('distance10thPercentileMm'),
  distance_25th_percentile: measured('distance25thPercentileMm'),
  distance_75th_percentile: measured('distance75thPercentileMm'),
  distance_90th_percentile: measured('distance90thPercentileMm'),
  distance_most_frequent_value: measured('distanceMostFrequentMm'),
  number_of_samples: measured('samples'),
  total_acquisition_time: measured('acquisitionTimeMs'),
};

const dragino: Record<string, Renaming> = {
  Bat: 'batteryV',
  distance: [
    'sensorConnected',
    // An older decoder of the maker prints this instead of a distance.
    (published) => published !== 'No Sensor',
  ],
  Distance: 'distanceMm',
  Interrupt_flag: ['interrupted', (published) => published !== 0],
  TempC_DS18B20: quantity('probeTemperatureC'),
  Sensor_flag: ['sensorConnected', (published) => published === 1],
  Lidar_distance: scaled('distanceMm', 10),
  Lidar_signal: 'signalStrength',
  Lidar_temp: 'temperatureC',
  Message_type: 'messageType',
};

const emu: Record<string, Renaming> = {
  timestamp: measured('deviceTimeS'),
  timeStamp: null,
  medium: null,
  'Active Energy Import T1': measured('activeEnergyImportWh'),
  'Active Energy Import T2': measured('activeEnergyImportTariff2Wh'),
  'Active Energy Export T1': measured('activeEnergyExportWh'),
  'Active Energy Export T2': measured('activeEnergyExportTariff2Wh'),
  'Reactive Energy Import T1': measured('reactiveEnergyImportVarh'),
  'Reactive Energy Import T2': measured('reactiveEnergyImportTariff2Varh'),
  'Reactive Energy Export T1': measured('reactiveEnergyExportVarh'),
  'Reactive Energy Export T2': measured('reactiveEnergyExportTariff2Varh'),
  'serial-number': ['serialNumber', (published) => (published as { value: string }).value],
  'meter-typ': measured('meterType'),
  'current-transformer primary': measured('currentTransformerPrimaryA'),
  'current-transformer secondary': measured('currentTransformerSecondaryA'),
  'voltage-transformer primary': measured('voltageTransformerPrimaryV'),
  'voltage-transformer secondary': measured('voltageTransformerSecondaryV'),
  'MID year': [
    'midYearDigits',
    // One digit a byte.
    (published) => [...(published as { value: string }).value].map((digit) => `0${digit}`).join(''),
  ],
};

const yobiiq: Record<string, Renaming> = {
  codecVersion: null,
  genericModel: null,
  productCode: null,
  manufacturer: null,
  info: ['downlinkSucceeded', () => true],
  warning: ['downlinkSucceeded', () => false],
  index: 'index',
  timestamp: 'deviceTimeS',
  activeEnergyImportL1T1: measured('activeEnergyImportWh'),
  activeEnergyImportL123T1: measured('activeEnergyImportWh'),
  activeEnergyImportL123T2: measured('activeEnergyImportTariff2Wh'),
  voltageL1N: measured('voltageL1V'),
  voltageL2N: measured('voltageL2V'),
  voltageL3N: measured('voltageL3V'),
  currentL1: measured('currentL1Ma'),
  currentL2: measured('currentL2Ma'),
  currentL3: measured('currentL3Ma'),
  activePowerL1: measured('activePowerL1W'),
  activePowerL2: measured('activePowerL2W'),
  activePowerL3: measured('activePowerL3W'),
  totalSystemActivePower: measured('activePowerKw'),
  totalSystemReactivePower: measured('reactivePowerVar', 1000),
  frequency: measured('frequencyHz'),
  hardwareVersion: version('hardware'),
  firmwareVersion: version('firmware'),
  deviceSerialNumber: 'serialNumber',
  deviceClass: ['deviceClass', (published) => String(published).replace('Class ', '')],
  relayStatus: ['relay', (published) => String(published).toLowerCase()],
  digitalInputStatus: ['digitalInputClosed', (published) => published === 'CLOSED'],
  powerEvent: is('poweredOn', 'AC Power On'),
  currentLimitFallback: measured('currentLimitA'),
  voltageLimitFallback: measured('voltageLimitV'),
  primaryCurrentTransformerRatio: 'currentTransformerPrimaryA',
  secondaryCurrentTransformerRatio: 'currentTransformerSecondaryA',
  deviceModel: 'deviceModel',
  relaySwitchingOffReason: [
    'relaySwitchOffReason',
    (published) => ({ 'Due to too high current limit': 1 })[String(published)],
  ],
  relaySwitchOffTime: 'relaySwitchOffTimeS',
  currentWhenRelaySwitchingOff: 'relaySwitchOffCurrentMa',
};

const adeunis: Record<string, Renaming> = {
  type: null,
  status: ['frameCounter', (published) => (published as { frameCounter: number }).frameCounter],
  ADCO: 'meterAddress',
  OPTARIF: 'tariffOption',
  BASEstatus: null,
  BASE: measured('activeEnergyImportWh'),
  ISOUSC: measured('subscribedCurrentA'),
  IINST: measured('currentA'),
  IMAX: measured('currentMaximumA'),
  PAPP: measured('apparentPowerVa'),
  HCHC: measured('activeEnergyImportOffPeakWh'),
  HCHP: measured('activeEnergyImportPeakWh'),
  PTEC: 'tariffPeriod',
  IINST1: measured('currentL1A'),
  IINST2: measured('currentL2A'),
  IINST3: measured('currentL3A'),
  IMAX1: measured('currentMaximumL1A'),
  IMAX2: measured('currentMaximumL2A'),
  IMAX3: measured('currentMaximumL3A'),
  PMAX: measured('activePowerMaximumW'),
};

const multiplier = (name: string): Renaming => [name, (published) => Number(published)];
const alarm = (name: string): Renaming => [name, (published) => published === 1];
const netvox: Record<string, Renaming> = {
  Device: null,
  SWver: quantity('softwareVersion'),
  HWver: 'hardwareVersion',
  Datecode: 'dateCode',
  Volt: 'batteryV',
  Current: 'currentMa',
  Current1: 'currentL1Ma',
  Current2: 'currentL2Ma',
  Current3: 'currentL3Ma',
  Multiplier: 'currentMultiplier',
  Multiplier1: multiplier('currentL1Multiplier'),
  Multiplier2: multiplier('currentL2Multiplier'),
  Multiplier3: multiplier('currentL3Multiplier'),
  LowCurrent1Alarm: alarm('currentL1LowAlarm'),
  HighCurrent1Alarm: alarm('currentL1HighAlarm'),
  LowCurrent2Alarm: alarm('currentL2LowAlarm'),
  HighCurren2Alarm: alarm('currentL2HighAlarm'),
  LowCurrent3Alarm: alarm('currentL3LowAlarm'),
  HighCurrent3Alarm: alarm('currentL3HighAlarm'),
  Cmd: null,
  Status: is('settingsAccepted', 'Success'),
  MinTime: 'reportIntervalMinimumS',
  MaxTime: 'reportIntervalMaximumS',
  CurrentChange: 'currentChangeMa',
};

const byMaker: Record<string, Record<string, Renaming>> = {
  dingtek,
  milesight,
  'milesight-iot': milesight,
  decentlab,
  dragino,
  emu,
  yobiiq,
  adeunis,
  netvox,
  elsys: {
    temperature: 'temperatureC',
    humidity: 'humidityPercent',
    x: 'accelerationX',
    y: 'accelerationY',
    z: 'accelerationZ',
    pressure: 'pressureHpa',
    distance: 'distanceMm',
  },
  'teneo-iot': {
    battery: 'batteryV',
    charging: null,
    sensorType: null,
    settingsAllowed: null,
    valid: 'valid',
    errorcode: 'errorCode',
    distance: scaled('distanceMm', 10),
    temperature: 'temperatureC',
    relativeHumidity: 'humidityPercent',
  },
  terabee: {
    distance: 'distanceMm',
    levelPercentage: 'fillingLevelPercent',
    batteryVoltage: scaled('batteryV', 0.001),
  },
  noah: {
    level: 'remainingPercent',
    temp: 'temperatureC',
    voltage: scaled('batteryV', 0.0001),
  },
  'pepperl-fuchs': {
    battery_vol: 'batteryV',
    fillinglvl: 'fillingLevelPercent',
    payload: null,
    proxx: scaled('distanceMm', 10),
    proxx_mm: 'distanceMm',
    temp: 'temperatureC',
    latitude: 'latitude',
    longitude: 'longitude',
    serial_nr: 'serialNumber',
    lora_count: 'transmissions',
    gps_count: 'positionings',
    us_sensor_count: 'measurements',
  },
};

/** Where one model says something else by a name than its siblings do. */
const byModel: Record<string, Record<string, Renaming>> = {
  // A tank sensor below the liquid: the level is the height of the liquid.
  'dingtek/df530': {
    level: quantity('levelMm'),
    empty: 'emptyAlarm',
    periodic_upload_interval: quantity('reportIntervalMinutes'),
    empty_alarm_threshold: quantity('emptyThresholdCm'),
  },
  'dingtek/df200': {
    level: 'remainingPercent',
    alarmLevel: 'emptyAlarm',
    batteryThreshold: 'batteryThresholdPercent',
    levelThreshold: 'emptyThresholdPercent',
  },
  'dingtek/dc410': { ultrasonic_range: quantity('ultrasonicRangeMm') },
};

export const renamingOf = (model: string): Record<string, Renaming> => ({
  ...byMaker[model.split('/')[0] ?? ''],
  ...byModel[model],
});
