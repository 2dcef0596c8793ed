import type { Codec } from './layout.ts';

export const pepperlFuchsCodecs: readonly Codec[] = [
  {
    model: 'pepperl-fuchs/wilsen-sonic-level',
    vendor: 'Pepperl+Fuchs',
    title: 'Pepperl+Fuchs WILSEN.sonic.level',
    theme: 'waste',
    alsoKnownAs: ['wilsen sonic level', 'pepperl fuchs wilsen sonic level'],
    layouts: [
      {
        shape: 'items',
        // A message that opens with the serial number reports counters, not a level.
        purpose: 'information',
        where: [
          { at: 1, equals: 0x2a },
          { at: 2, equals: 0x25 },
        ],
        keyBytes: 2,
        lengthPrefixed: true,
        items: {
          '2a25': { sizeBytes: 14, fields: [{ name: 'serialNumber', at: 0, as: 'text' }] },
          '3101': { sizeBytes: 2, fields: [{ name: 'transmissions', at: 0, as: 'u16' }] },
          '3102': { sizeBytes: 2, fields: [{ name: 'positionings', at: 0, as: 'u16' }] },
          '3103': { sizeBytes: 4, fields: [{ name: 'measurements', at: 0, as: 'u32' }] },
          '5101': { sizeBytes: 1, fields: [{ name: 'batteryV', at: 0, as: 'u8', divide: 10 }] },
        },
      },
      {
        shape: 'items',
        purpose: 'measurement',
        keyBytes: 2,
        lengthPrefixed: true,
        items: {
          '0201': { sizeBytes: 4, fields: [{ name: 'temperatureC', at: 0, as: 'f32', decimals: 1 }] },
          '0b01': { sizeBytes: 2, fields: [{ name: 'distanceMm', at: 0, as: 'u16', times: 10 }] },
          '0b02': { sizeBytes: 2, fields: [{ name: 'distanceMm', at: 0, as: 'u16' }] },
          '0b06': { sizeBytes: 1, fields: [{ name: 'fillingLevelPercent', at: 0, as: 'u8' }] },
          '5001': { sizeBytes: 4, fields: [{ name: 'latitude', at: 0, as: 'i32', divide: 1e6 }] },
          '5002': { sizeBytes: 4, fields: [{ name: 'longitude', at: 0, as: 'i32', divide: 1e6 }] },
          '5101': { sizeBytes: 1, fields: [{ name: 'batteryV', at: 0, as: 'u8', divide: 10 }] },
        },
      },
    ],
  },
];
