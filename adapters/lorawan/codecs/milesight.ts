import type { Codec, Item } from './layout.ts';

/** Milesight items are keyed by channel and type; each maker model uses its own channels for the same types. */
const battery: Item = { sizeBytes: 1, fields: [{ name: 'batteryPercent', at: 0, as: 'u8' }] };
const temperature: Item = { sizeBytes: 2, fields: [{ name: 'temperatureC', at: 0, as: 'i16le', divide: 10 }] };
const distance: Item = {
  sizeBytes: 2,
  // FFFF and 0 are what the sensor sends when no echo came back.
  fields: [{ name: 'distanceMm', at: 0, as: 'u16le', absentWhen: [0xffff, 0] }],
};
const tilted: Item = { sizeBytes: 1, fields: [{ name: 'tilted', at: 0, as: 'u8', flag: true }] };

/** What devices tell about themselves after a join. */
const information: Readonly<Record<string, Item>> = {
  ff01: { sizeBytes: 1, fields: [{ name: 'protocolVersion', at: 0, as: 'u8' }] },
  ff09: { sizeBytes: 2, fields: [{ name: 'hardwareVersion', at: 0, as: 'hex' }] },
  ff0a: { sizeBytes: 2, fields: [{ name: 'firmwareVersion', at: 0, as: 'hex' }] },
  ff0b: { sizeBytes: 1, fields: [{ name: 'poweredOn', at: 0, as: 'u8', flag: true }] },
  ff0f: { sizeBytes: 1, fields: [{ name: 'deviceClass', at: 0, as: 'u8', means: { 0: 'A', 1: 'B', 2: 'C' } }] },
  ff16: { sizeBytes: 8, fields: [{ name: 'serialNumber', at: 0, as: 'hex' }] },
};

const milesight = (
  model: string,
  title: string,
  theme: Codec['theme'],
  items: Readonly<Record<string, Item>>,
): Codec => ({
  model: `milesight-iot/${model}`,
  vendor: 'Milesight',
  title: `Milesight ${title}`,
  theme,
  alsoKnownAs: [model, `milesight ${model}`],
  layouts: [
    {
      shape: 'items',
      // Messages that open with the FF channel are the device introducing itself, not a reading.
      purpose: 'information',
      ports: [85],
      where: [{ at: 0, equals: 0xff }],
      keyBytes: 2,
      items: information,
    },
    { shape: 'items', purpose: 'measurement', ports: [85], keyBytes: 2, items: { ...information, ...items } },
  ],
});

const withAlarm = (item: Item, name: string): Item => ({
  sizeBytes: item.sizeBytes + 1,
  fields: [...item.fields, { name, at: item.sizeBytes, as: 'u8', flag: true }],
});

const em400: Readonly<Record<string, Item>> = {
  '0175': battery,
  '0367': temperature,
  '0482': distance,
  '0500': tilted,
  '8367': withAlarm(temperature, 'temperatureAlarm'),
  '8482': withAlarm(distance, 'distanceAlarm'),
};

const mains: Readonly<Record<string, Item>> = {
  '0374': { sizeBytes: 2, fields: [{ name: 'voltageV', at: 0, as: 'u16le', divide: 10 }] },
  '0480': { sizeBytes: 4, fields: [{ name: 'activePowerW', at: 0, as: 'u32le' }] },
  '0581': { sizeBytes: 1, fields: [{ name: 'powerFactor', at: 0, as: 'u8', divide: 100 }] },
  '0683': { sizeBytes: 4, fields: [{ name: 'activeEnergyImportWh', at: 0, as: 'u32le' }] },
  '07c9': { sizeBytes: 2, fields: [{ name: 'currentMa', at: 0, as: 'u16le' }] },
};

export const milesightCodecs: readonly Codec[] = [
  milesight('em310-udl', 'EM310-UDL ultrasonic distance sensor', 'waste', {
    '0175': battery,
    '0382': distance,
    '0400': tilted,
  }),
  milesight('em400-mud', 'EM400-MUD multifunctional ultrasonic distance sensor', 'waste', em400),
  milesight('em400-tld', 'EM400-TLD time-of-flight laser distance sensor', 'waste', em400),
  milesight('em400-udl', 'EM400-UDL ultrasonic distance sensor', 'waste', em400),
  milesight('ws52x', 'WS52x portable socket', 'energy', {
    ...mains,
    '0870': { sizeBytes: 1, fields: [{ name: 'switchOn', at: 0, as: 'u8', mask: 0x01, flag: true }] },
  }),
  milesight('ws558', 'WS558 smart light controller', 'energy', mains),
];
