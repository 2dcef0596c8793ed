import type { Codec, Field, Frame } from './layout.ts';

/** Makers with one fill sensor each. */

const teneoBattery: Field = { name: 'batteryV', at: 0, as: 'u8', divide: 10, plus: 2, decimals: 1 };
const teneoDistance: Field = { name: 'distanceMm', at: 1, as: 'u16', times: 10 };
const teneoClimate = (at: number): readonly Field[] => [
  { name: 'temperatureC', at, as: 'i16', divide: 100 },
  { name: 'humidityPercent', at: at + 2, as: 'u16', divide: 100 },
];
const teneoValid: Field = { name: 'valid', at: 0, as: 'u8', always: true };
const teneoFailed: readonly Field[] = [
  { name: 'valid', at: 0, as: 'u8', always: false },
  { name: 'errorCode', at: 3, as: 'u8' },
];

const teneo = (lengthBytes: number, fields: readonly Field[], where: Frame['where'] = []): Frame => ({
  shape: 'frame',
  purpose: 'measurement',
  ports: [1],
  lengths: [lengthBytes],
  where,
  fields,
});

const statusOk = [{ at: 3, equals: 0 }];
/** Status 4: nothing within range, which is a bin emptier than the sensor can see and not a failure. */
const statusOutOfRange = [{ at: 3, equals: 4 }];
const outOfRange: Field = { name: 'outOfRange', at: 0, as: 'u8', always: true };

export const fillSensorCodecs: readonly Codec[] = [
  {
    model: 'teneo-iot/filling-degree-sensor',
    vendor: 'Teneo IoT',
    title: 'Teneo IoT filling degree sensor',
    theme: 'waste',
    alsoKnownAs: ['teneo filling degree sensor', 'filling degree sensor'],
    layouts: [
      teneo(3, [teneoBattery, teneoDistance, teneoValid]),
      teneo(7, [teneoBattery, teneoDistance, ...teneoClimate(3), teneoValid]),
      teneo(4, [teneoBattery, teneoDistance, teneoValid], statusOk),
      teneo(8, [teneoBattery, teneoDistance, ...teneoClimate(4), teneoValid], statusOk),
      teneo(4, [teneoBattery, outOfRange, teneoValid], statusOutOfRange),
      teneo(8, [teneoBattery, outOfRange, ...teneoClimate(4), teneoValid], statusOutOfRange),
      teneo(4, [teneoBattery, ...teneoFailed]),
      teneo(8, [teneoBattery, ...teneoClimate(4), ...teneoFailed]),
    ],
  },
  {
    model: 'terabee/lora-lm-xl',
    vendor: 'Terabee',
    title: 'Terabee LoRa Level Monitoring XL',
    theme: 'waste',
    alsoKnownAs: ['terabee lora level monitoring xl', 'lora level monitoring xl'],
    layouts: [
      {
        shape: 'frame',
        purpose: 'measurement',
        lengths: [6],
        fields: [
          { name: 'distanceMm', at: 0, as: 'u16' },
          { name: 'fillingLevelPercent', at: 2, as: 'u8' },
          { name: 'batteryV', at: 3, as: 'u16', divide: 1000 },
        ],
      },
    ],
  },
  {
    model: 'noah/trashbin-sensor',
    vendor: 'noah',
    title: 'noah trashbin sensor',
    theme: 'waste',
    alsoKnownAs: ['noah trashbin sensor', 'trashbin sensor'],
    layouts: [
      {
        shape: 'frame',
        purpose: 'measurement',
        lengths: [6],
        fields: [
          { name: 'temperatureC', at: 0, as: 'sflt16le', times: 100 },
          { name: 'batteryV', at: 2, as: 'u16le', divide: 10_000 },
          { name: 'remainingPercent', at: 4, as: 'sflt16le', times: 100 },
        ],
      },
    ],
  },
];
