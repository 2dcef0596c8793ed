import type { Codec, Field, Frame } from './layout.ts';

/**
 * Dingtek's DF and DC families share one frame: 80 00, product, packet type, length, fields, 81. The length tells
 * whether a position (two little-endian floats) stands between the distance and the temperature.
 */
const dingtekPort = 3;
const heartbeats = [0x01, 0x02];
const settingsPacket = 0x03;

const packet = (type: number, lengthBytes: number) => [
  { at: 0, equals: 0x80 },
  { at: 3, equals: type },
  { at: 4, equals: lengthBytes },
  { at: -1, equals: 0x81 },
];

const position: readonly Field[] = [
  { name: 'longitude', at: 8, as: 'f32le', decimals: 6 },
  { name: 'latitude', at: 12, as: 'f32le', decimals: 6 },
];

/** A nibble that is not zero raises the alarm. */
const alarm = (name: string, at: number, half: 'high' | 'low'): Field => ({
  name,
  at,
  as: 'u8',
  mask: half === 'high' ? 0xf0 : 0x0f,
  flag: true,
});

/** Heartbeats without and with a position; offsets of `tail` are those of the frame without. */
function heartbeat(level: Field, tail: readonly Field[]): Frame[] {
  const positionBytes = 8;
  return heartbeats.flatMap((type) => [
    {
      shape: 'frame' as const,
      purpose: 'measurement' as const,
      ports: [dingtekPort],
      lengths: [17],
      where: [...packet(type, 0x11), { at: 7, equals: 0 }],
      fields: [level, ...tail],
    },
    {
      shape: 'frame' as const,
      purpose: 'measurement' as const,
      ports: [dingtekPort],
      lengths: [25],
      where: [...packet(type, 0x19), { at: 7, equals: 1 }],
      fields: [level, ...position, ...tail.map((field) => ({ ...field, at: field.at + positionBytes }))],
    },
  ]);
}

const settings = (lengthBytes: number, fields: readonly Field[]): Frame => ({
  shape: 'frame',
  purpose: 'settings',
  ports: [dingtekPort],
  lengths: [lengthBytes],
  where: packet(settingsPacket, lengthBytes),
  fields,
});

const distance: Field = { name: 'distanceMm', at: 5, as: 'u16' };
const temperature: Field = { name: 'temperatureC', at: 8, as: 'i8' };
const frameCounter: Field = { name: 'frameCounter', at: 13, as: 'u16' };
const tilt: Field = { name: 'tiltDeg', at: 10, as: 'u8' };
const firmware: readonly Field[] = [
  { name: 'firmwareMajor', at: 5, as: 'u8' },
  { name: 'firmwareMinor', at: 6, as: 'u8' },
];

const binTail = [
  temperature,
  tilt,
  alarm('fullAlarm', 11, 'high'),
  alarm('fireAlarm', 11, 'low'),
  alarm('tiltAlarm', 12, 'high'),
  alarm('batteryLowAlarm', 12, 'low'),
  frameCounter,
];

const binSettings = settings(25, [
  ...firmware,
  { name: 'reportIntervalHours', at: 7, as: 'u8' },
  { name: 'detectionIntervalMinutes', at: 8, as: 'u8' },
  { name: 'fullThresholdCm', at: 9, as: 'u8' },
  { name: 'fireThresholdC', at: 10, as: 'u8' },
  { name: 'tiltThresholdDeg', at: 11, as: 'u8' },
  { name: 'tiltAlarmEnabled', at: 12, as: 'u8', flag: true },
  { name: 'workMode', at: 13, as: 'u8' },
]);

const dingtek = (model: string, title: string, layouts: Codec['layouts']): Codec => ({
  model: `dingtek/${model}`,
  vendor: 'Dingtek',
  title: `Dingtek ${title}`,
  theme: 'waste',
  alsoKnownAs: [model, `dingtek ${model}`],
  layouts,
});

export const dingtekCodecs: readonly Codec[] = [
  dingtek('df702', 'DF702 waste bin level sensor', [...heartbeat(distance, binTail), binSettings]),
  dingtek('df703', 'DF703 ultrasonic waste bin level sensor', [...heartbeat(distance, binTail), binSettings]),
  dingtek('df555', 'DF555 ultrasonic tank level sensor', [
    ...heartbeat(distance, [
      temperature,
      alarm('fullAlarm', 11, 'high'),
      alarm('batteryLowAlarm', 12, 'low'),
      frameCounter,
    ]),
    settings(17, [
      ...firmware,
      { name: 'reportIntervalHours', at: 7, as: 'u8' },
      { name: 'detectionIntervalMinutes', at: 8, as: 'u8' },
      { name: 'fullThresholdCm', at: 9, as: 'u8' },
      { name: 'workMode', at: 14, as: 'u8' },
    ]),
  ]),
  // The sensor sits under the tank: it measures the height of the liquid, not the empty space above it.
  dingtek('df530', 'DF530 tank level sensor', [
    ...heartbeat({ ...distance, name: 'levelMm' }, [
      temperature,
      alarm('emptyAlarm', 11, 'high'),
      alarm('batteryLowAlarm', 12, 'low'),
      frameCounter,
    ]),
    settings(25, [
      ...firmware,
      { name: 'reportIntervalMinutes', at: 7, as: 'u16le' },
      { name: 'emptyThresholdCm', at: 9, as: 'u8' },
    ]),
  ]),
  dingtek('dc410', 'DC410 manhole sensor', [
    ...heartbeat(distance, [
      temperature,
      tilt,
      alarm('fullAlarm', 11, 'high'),
      alarm('motionAlarm', 12, 'high'),
      alarm('batteryLowAlarm', 12, 'low'),
      frameCounter,
    ]),
    settings(25, [
      ...firmware,
      { name: 'reportIntervalHours', at: 7, as: 'u8' },
      { name: 'detectionIntervalMinutes', at: 8, as: 'u8' },
      { name: 'fullThresholdCm', at: 9, as: 'u8' },
      { name: 'motionThresholdDeg', at: 11, as: 'u8' },
      { name: 'motionAlarmEnabled', at: 12, as: 'u8', flag: true },
      { name: 'ultrasonicRangeMm', at: 13, as: 'u8', means: { 0: 2000, 1: 5000 } },
    ]),
  ]),
  dingtek('df701', 'DF701 laser indoor waste bin sensor', [
    ...heartbeats.map((type) => ({
      shape: 'frame' as const,
      purpose: 'measurement' as const,
      ports: [dingtekPort],
      lengths: [18],
      where: packet(type, 0x12),
      fields: [
        distance,
        alarm('fullAlarm', 11, 'high'),
        alarm('batteryLowAlarm', 12, 'low'),
        { name: 'batteryV', at: 13, as: 'u16' as const, divide: 100 },
        { name: 'frameCounter', at: 15, as: 'u16' as const },
      ],
    })),
    settings(12, [
      ...firmware,
      { name: 'reportIntervalHours', at: 7, as: 'u8' },
      { name: 'detectionIntervalMinutes', at: 8, as: 'u8' },
      { name: 'fullThresholdCm', at: 9, as: 'u8' },
      { name: 'workMode', at: 10, as: 'u8' },
    ]),
  ]),
  dingtek('df200', 'DF200 soap dispenser level sensor', [
    ...heartbeats.map((type) => ({
      shape: 'frame' as const,
      purpose: 'measurement' as const,
      ports: [dingtekPort],
      lengths: [15],
      where: packet(type, 0x0f),
      fields: [
        { name: 'batteryV', at: 5, as: 'u16' as const, divide: 100 },
        temperature,
        { name: 'remainingPercent', at: 9, as: 'u8' as const },
        alarm('emptyAlarm', 10, 'high'),
        alarm('batteryLowAlarm', 10, 'low'),
        { name: 'frameCounter', at: 11, as: 'u16' as const },
      ],
    })),
    settings(13, [
      ...firmware,
      { name: 'reportIntervalHours', at: 7, as: 'u8' },
      { name: 'detectionIntervalMinutes', at: 8, as: 'u8' },
      { name: 'batteryThresholdPercent', at: 9, as: 'u8' },
      { name: 'emptyThresholdPercent', at: 10, as: 'u8' },
    ]),
  ]),
];
