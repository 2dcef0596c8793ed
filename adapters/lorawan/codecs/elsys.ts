import type { Codec } from './layout.ts';

/** Items of Elsys' published payload table that a level sensor may send. */
export const elsysCodecs: readonly Codec[] = [
  {
    model: 'elsys/elt-ultrasonic',
    vendor: 'Elsys',
    title: 'Elsys ELT ultrasonic distance sensor',
    theme: 'waste',
    alsoKnownAs: ['elt ultrasonic', 'elsys elt', 'elsys elt ultrasonic'],
    layouts: [
      {
        shape: 'items',
        purpose: 'measurement',
        keyBytes: 1,
        items: {
          '01': { sizeBytes: 2, fields: [{ name: 'temperatureC', at: 0, as: 'i16', divide: 10 }] },
          '02': { sizeBytes: 1, fields: [{ name: 'humidityPercent', at: 0, as: 'u8' }] },
          '03': {
            sizeBytes: 3,
            fields: [
              { name: 'accelerationX', at: 0, as: 'i8' },
              { name: 'accelerationY', at: 1, as: 'i8' },
              { name: 'accelerationZ', at: 2, as: 'i8' },
            ],
          },
          '04': { sizeBytes: 2, fields: [{ name: 'illuminanceLux', at: 0, as: 'u16' }] },
          '05': { sizeBytes: 1, fields: [{ name: 'motionCount', at: 0, as: 'u8' }] },
          '07': { sizeBytes: 2, fields: [{ name: 'batteryV', at: 0, as: 'u16', divide: 1000 }] },
          '0c': { sizeBytes: 2, fields: [{ name: 'probeTemperatureC', at: 0, as: 'i16', divide: 10 }] },
          '0d': { sizeBytes: 1, fields: [{ name: 'digitalInput', at: 0, as: 'u8', flag: true }] },
          '0e': { sizeBytes: 2, fields: [{ name: 'distanceMm', at: 0, as: 'u16' }] },
          '0f': { sizeBytes: 1, fields: [{ name: 'moved', at: 0, as: 'u8', flag: true }] },
          '12': { sizeBytes: 1, fields: [{ name: 'waterLeak', at: 0, as: 'u8', flag: true }] },
          '14': { sizeBytes: 4, fields: [{ name: 'pressureHpa', at: 0, as: 'i32', divide: 1000 }] },
        },
      },
    ],
  },
];
