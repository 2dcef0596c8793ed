import type { Codec, Field, Layout } from './layout.ts';

const battery: Field = { name: 'batteryV', at: 0, as: 'u16', mask: 0x3fff, divide: 1000 };
const probeTemperature = (at: number): Field => ({
  name: 'probeTemperatureC',
  at,
  as: 'i16',
  divide: 10,
});

/** Below 20 mm the reading is an error code of the ultrasonic head. */
const ultrasonicErrors = Array.from({ length: 20 }, (_, code) => code);

const dragino = (model: string, title: string, layouts: readonly Layout[]): Codec => ({
  model: `dragino/${model}`,
  vendor: 'Dragino',
  title: `Dragino ${title}`,
  theme: 'waste',
  alsoKnownAs: [model, `dragino ${model}`],
  layouts,
});

/** Three firmware generations: with probe temperature (8 bytes), without (5), and no head connected (4). */
const ultrasonic = (measure: string): readonly Layout[] => [
  {
    shape: 'frame',
    purpose: 'measurement',
    ports: [2],
    lengths: [8],
    fields: [
      battery,
      { name: measure, at: 2, as: 'u16', absentWhen: ultrasonicErrors },
      { name: 'interrupted', at: 4, as: 'u8', flag: true },
      probeTemperature(5),
      { name: 'sensorConnected', at: 7, as: 'u8', flag: true },
    ],
  },
  {
    shape: 'frame',
    purpose: 'measurement',
    ports: [2],
    lengths: [5],
    fields: [
      battery,
      { name: measure, at: 2, as: 'u16', absentWhen: ultrasonicErrors },
      { name: 'interrupted', at: 4, as: 'u8', flag: true },
      { name: 'sensorConnected', at: 0, as: 'u8', always: true },
    ],
  },
  {
    shape: 'frame',
    purpose: 'measurement',
    ports: [2],
    lengths: [4],
    fields: [battery, { name: 'sensorConnected', at: 0, as: 'u8', always: false }],
  },
];

export const draginoCodecs: readonly Codec[] = [
  dragino('ldds75', 'LDDS75 ultrasonic distance sensor', ultrasonic('distanceMm')),
  // Stuck under the tank: it measures the height of the liquid.
  dragino('ldds20', 'LDDS20 ultrasonic liquid level sensor', ultrasonic('levelMm')),
  dragino('llds12', 'LLDS12 lidar distance sensor', [
    {
      shape: 'frame',
      purpose: 'measurement',
      ports: [2],
      lengths: [11],
      fields: [
        battery,
        probeTemperature(2),
        { name: 'distanceMm', at: 4, as: 'u16' },
        { name: 'signalStrength', at: 6, as: 'u16' },
        { name: 'interrupted', at: 8, as: 'u8', flag: true },
        { name: 'temperatureC', at: 9, as: 'i8' },
        { name: 'messageType', at: 10, as: 'u8' },
      ],
    },
  ]),
];
