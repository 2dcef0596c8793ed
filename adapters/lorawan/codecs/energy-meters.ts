import type { Codec, Field, Item, Layout } from './layout.ts';

/** Yobiiq: items of two-byte keys on port 1; other ports carry settings and acknowledgements. */
const unsigned = (name: string, rest: Partial<Field> = {}): Item => ({
  sizeBytes: 4,
  fields: [{ name, at: 0, as: 'u32', ...rest }],
});
const signed = (name: string, rest: Partial<Field> = {}): Item => ({
  sizeBytes: 4,
  fields: [{ name, at: 0, as: 'i32', ...rest }],
});

const yobiiqCommon: Readonly<Record<string, Item>> = {
  '0100': unsigned('index'),
  '0101': unsigned('deviceTimeS'),
  '010c': unsigned('voltageL1V', { divide: 10 }),
  '0110': unsigned('currentL1Ma'),
  '0114': signed('activePowerL1W'),
  '0123': { sizeBytes: 2, fields: [{ name: 'frequencyHz', at: 0, as: 'u16', divide: 100 }] },
};

const yobiiqSettings: Readonly<Record<string, Item>> = {
  ff00: { sizeBytes: 1, fields: [{ name: 'relayStatus', at: 0, as: 'u8', means: { 0: 'low', 1: 'high' } }] },
  ff09: {
    sizeBytes: 2,
    fields: [
      { name: 'hardwareMajor', at: 0, as: 'u8' },
      { name: 'hardwareMinor', at: 1, as: 'u8' },
    ],
  },
  ff0a: {
    sizeBytes: 2,
    fields: [
      { name: 'firmwareMajor', at: 0, as: 'u8' },
      { name: 'firmwareMinor', at: 1, as: 'u8' },
    ],
  },
  ff0b: { sizeBytes: 1, fields: [{ name: 'poweredOn', at: 0, as: 'u8', flag: true }] },
  ff0f: { sizeBytes: 1, fields: [{ name: 'deviceClass', at: 0, as: 'u8', means: { 0: 'A', 1: 'B', 2: 'C' } }] },
  ff16: unsigned('serialNumber'),
  ff1e: { sizeBytes: 2, fields: [{ name: 'currentTransformerPrimaryA', at: 0, as: 'u16' }] },
  ff1f: { sizeBytes: 1, fields: [{ name: 'currentTransformerSecondaryA', at: 0, as: 'u8' }] },
  ff28: { sizeBytes: 6, fields: [{ name: 'deviceModel', at: 0, as: 'text' }] },
  ff3c: { sizeBytes: 2, fields: [{ name: 'currentLimitA', at: 0, as: 'u16', divide: 10 }] },
  ff3d: { sizeBytes: 2, fields: [{ name: 'voltageLimitV', at: 0, as: 'u16' }] },
};

const yobiiq = (
  model: string,
  title: string,
  measures: Readonly<Record<string, Item>>,
  further: readonly Layout[],
): Codec => ({
  model: `yobiiq/${model}`,
  vendor: 'Yobiiq',
  title: `Yobiiq ${title}`,
  theme: 'energy',
  alsoKnownAs: [model, `yobiiq ${model}`],
  layouts: [
    { shape: 'items', purpose: 'measurement', ports: [1], keyBytes: 2, items: { ...yobiiqCommon, ...measures } },
    {
      shape: 'frame',
      purpose: 'information',
      ports: [50],
      lengths: [1],
      fields: [{ name: 'downlinkSucceeded', at: 0, as: 'u8', means: { 0: true, 1: false } }],
    },
    { shape: 'items', purpose: 'settings', ports: [50], keyBytes: 2, items: yobiiqSettings },
    ...further,
  ],
});

/** EMU: two time stamps of the meter, energy counters keyed by one byte, a check byte. */
const emuEnergy = (name: string): Item => ({ sizeBytes: 4, fields: [{ name, at: 0, as: 'u32le' }] });

/** Adeunis TIC: what the meter's customer output said last, in the order of its labels. */
const ticHeader: readonly Field[] = [
  { name: 'frameCounter', at: 1, as: 'u8', shift: 5 },
  { name: 'batteryLowAlarm', at: 1, as: 'u8', mask: 0x02, flag: true },
  { name: 'meterAddress', at: 2, as: 'text', sizeBytes: 12 },
];
/** The top bit of a counter says that the label was not found in the meter's output. */
const labelAbsent = [0x8000_0000];

const netvox = (model: string, title: string, code: number, measures: readonly Layout[]): Codec => ({
  model: `netvox/${model}`,
  vendor: 'Netvox',
  title: `Netvox ${title}`,
  theme: 'energy',
  alsoKnownAs: [model, `netvox ${model}`],
  layouts: [
    {
      shape: 'frame',
      purpose: 'information',
      ports: [6],
      where: [
        { at: 1, equals: code },
        { at: 2, equals: 0 },
      ],
      fields: [
        { name: 'softwareVersion', at: 3, as: 'u8', divide: 10 },
        { name: 'hardwareVersion', at: 4, as: 'u8' },
        { name: 'dateCode', at: 5, as: 'hex', sizeBytes: 4 },
      ],
    },
    ...measures,
    {
      shape: 'frame',
      purpose: 'settings',
      ports: [7],
      where: [
        { at: 0, equals: 0x81 },
        { at: 1, equals: code },
      ],
      fields: [{ name: 'settingsAccepted', at: 2, as: 'u8', means: { 0: true, 1: false } }],
    },
    {
      shape: 'frame',
      purpose: 'settings',
      ports: [7],
      where: [
        { at: 0, equals: 0x82 },
        { at: 1, equals: code },
      ],
      fields: [
        { name: 'reportIntervalMinimumS', at: 2, as: 'u16' },
        { name: 'reportIntervalMaximumS', at: 4, as: 'u16' },
        { name: 'currentChangeMa', at: 6, as: 'u16' },
      ],
    },
  ],
});

const netvoxReport = (code: number, type: number, fields: readonly Field[]): Layout => ({
  shape: 'frame',
  purpose: 'measurement',
  ports: [6],
  where: [
    { at: 1, equals: code },
    { at: 2, equals: type },
  ],
  fields: [{ name: 'batteryV', at: 3, as: 'u8', mask: 0x7f, divide: 10 }, ...fields],
});

/** Three multipliers of two bits each. */
const packedMultiplier = (name: string, shift: number): Field => ({
  name,
  at: 10,
  as: 'u8',
  mask: 0b11 << shift,
  shift,
  means: { 0: 1, 1: 5, 2: 10, 3: 100 },
});
const bit = (name: string, at: number, position: number): Field => ({
  name,
  at,
  as: 'u8',
  mask: 1 << position,
  flag: true,
});

export const energyMeterCodecs: readonly Codec[] = [
  yobiiq('em2101', 'EM2101 single-phase meter', { '0104': unsigned('activeEnergyImportWh') }, [
    {
      shape: 'items',
      purpose: 'information',
      ports: [11],
      keyBytes: 2,
      items: {
        '0101': { sizeBytes: 1, fields: [{ name: 'relayClosed', at: 0, as: 'u8', flag: true }] },
        '0202': { sizeBytes: 1, fields: [{ name: 'digitalInputClosed', at: 0, as: 'u8', flag: true }] },
      },
    },
    {
      shape: 'items',
      purpose: 'information',
      ports: [60],
      keyBytes: 2,
      items: {
        fd01: { sizeBytes: 1, fields: [{ name: 'relaySwitchOffReason', at: 0, as: 'u8' }] },
        fd03: unsigned('relaySwitchOffTimeS'),
        fd05: unsigned('relaySwitchOffCurrentMa'),
      },
    },
  ]),
  yobiiq(
    'em4301',
    'EM4301 three-phase meter',
    {
      '0104': unsigned('activeEnergyImportWh'),
      '0105': unsigned('activeEnergyImportTariff2Wh'),
      '010d': unsigned('voltageL2V', { divide: 10 }),
      '010e': unsigned('voltageL3V', { divide: 10 }),
      '0111': unsigned('currentL2Ma'),
      '0112': unsigned('currentL3Ma'),
      '0115': signed('activePowerL2W'),
      '0116': signed('activePowerL3W'),
      '0124': signed('activePowerKw'),
      '0125': signed('reactivePowerVar'),
    },
    [],
  ),
  {
    model: 'emu/emu-prof-ii',
    vendor: 'EMU',
    title: 'EMU Professional II three-phase meter',
    theme: 'energy',
    alsoKnownAs: ['emu professional ii', 'emu prof ii'],
    layouts: [
      {
        shape: 'items',
        purpose: 'measurement',
        ports: [1],
        from: 4,
        trailingBytes: 1,
        keyBytes: 1,
        items: {
          '01': emuEnergy('deviceTimeS'),
          '03': emuEnergy('activeEnergyImportWh'),
          '04': emuEnergy('activeEnergyImportTariff2Wh'),
          '05': emuEnergy('activeEnergyExportWh'),
          '06': emuEnergy('activeEnergyExportTariff2Wh'),
          '07': emuEnergy('reactiveEnergyImportVarh'),
          '08': emuEnergy('reactiveEnergyImportTariff2Varh'),
          '09': emuEnergy('reactiveEnergyExportVarh'),
          '0a': emuEnergy('reactiveEnergyExportTariff2Varh'),
        },
      },
      {
        shape: 'items',
        purpose: 'settings',
        ports: [100],
        from: 4,
        trailingBytes: 1,
        keyBytes: 1,
        items: {
          f1: { sizeBytes: 4, fields: [{ name: 'serialNumber', at: 0, as: 'hexle' }] },
          f3: { sizeBytes: 2, fields: [{ name: 'currentTransformerPrimaryA', at: 0, as: 'u16le' }] },
          f4: { sizeBytes: 2, fields: [{ name: 'currentTransformerSecondaryA', at: 0, as: 'u16le' }] },
          f5: { sizeBytes: 2, fields: [{ name: 'voltageTransformerPrimaryV', at: 0, as: 'u16le' }] },
          f6: { sizeBytes: 2, fields: [{ name: 'voltageTransformerSecondaryV', at: 0, as: 'u16le' }] },
          f7: { sizeBytes: 1, fields: [{ name: 'meterType', at: 0, as: 'u8' }] },
          f8: { sizeBytes: 4, fields: [{ name: 'midYearDigits', at: 0, as: 'hex' }] },
        },
      },
    ],
  },
  {
    model: 'adeunis/tic-cbe-linky-mono',
    vendor: 'Adeunis',
    title: 'Adeunis TIC, Linky meter, single-phase',
    theme: 'energy',
    alsoKnownAs: ['adeunis tic linky mono', 'tic cbe linky mono'],
    layouts: [
      {
        shape: 'frame',
        purpose: 'measurement',
        where: [{ at: 0, equals: 0x49 }],
        lengths: [50],
        fields: [
          ...ticHeader,
          { name: 'tariffOption', at: 14, as: 'text', sizeBytes: 4 },
          { name: 'activeEnergyImportWh', at: 18, as: 'u32', absentWhen: labelAbsent },
          { name: 'subscribedCurrentA', at: 22, as: 'u32', absentWhen: labelAbsent },
          { name: 'currentA', at: 26, as: 'u32', absentWhen: labelAbsent },
          { name: 'currentMaximumA', at: 30, as: 'u32', absentWhen: labelAbsent },
          { name: 'apparentPowerVa', at: 34, as: 'u32', absentWhen: labelAbsent },
          { name: 'activeEnergyImportOffPeakWh', at: 38, as: 'u32', absentWhen: labelAbsent },
          { name: 'activeEnergyImportPeakWh', at: 42, as: 'u32', absentWhen: labelAbsent },
          { name: 'tariffPeriod', at: 46, as: 'text', sizeBytes: 4 },
        ],
      },
    ],
  },
  {
    model: 'adeunis/tic-cbe-linky-tri',
    vendor: 'Adeunis',
    title: 'Adeunis TIC, Linky meter, three-phase',
    theme: 'energy',
    alsoKnownAs: ['adeunis tic linky tri', 'tic cbe linky tri'],
    layouts: [
      {
        shape: 'frame',
        purpose: 'measurement',
        where: [{ at: 0, equals: 0x49 }],
        lengths: [50],
        fields: [
          ...ticHeader,
          ...[
            'activeEnergyImportWh',
            'currentL1A',
            'currentL2A',
            'currentL3A',
            'currentMaximumL1A',
            'currentMaximumL2A',
            'currentMaximumL3A',
            'activePowerMaximumW',
            'apparentPowerVa',
          ].map((name, index): Field => ({ name, at: 14 + 4 * index, as: 'u32', absentWhen: labelAbsent })),
        ],
      },
    ],
  },
  netvox('r718n1', 'R718N1 single-phase current meter', 0x49, [
    netvoxReport(0x49, 1, [
      { name: 'currentMa', at: 4, as: 'u16' },
      { name: 'currentMultiplier', at: 6, as: 'u8' },
    ]),
  ]),
  netvox('r718n3', 'R718N3 three-phase current meter', 0x4a, [
    netvoxReport(0x4a, 1, [
      { name: 'currentL1Ma', at: 4, as: 'u16' },
      { name: 'currentL2Ma', at: 6, as: 'u16' },
      { name: 'currentL3Ma', at: 8, as: 'u16' },
      { name: 'currentL1Multiplier', at: 10, as: 'u8' },
    ]),
    netvoxReport(0x4a, 2, [
      { name: 'currentL2Multiplier', at: 4, as: 'u8' },
      { name: 'currentL3Multiplier', at: 5, as: 'u8' },
    ]),
    netvoxReport(0x4a, 3, [
      { name: 'currentL1Ma', at: 4, as: 'u16' },
      { name: 'currentL2Ma', at: 6, as: 'u16' },
      { name: 'currentL3Ma', at: 8, as: 'u16' },
      packedMultiplier('currentL1Multiplier', 0),
      packedMultiplier('currentL2Multiplier', 2),
      packedMultiplier('currentL3Multiplier', 4),
    ]),
    netvoxReport(0x4a, 4, [
      bit('currentL1LowAlarm', 4, 0),
      bit('currentL1HighAlarm', 4, 1),
      bit('currentL2LowAlarm', 4, 2),
      bit('currentL2HighAlarm', 4, 3),
      bit('currentL3LowAlarm', 4, 4),
      bit('currentL3HighAlarm', 4, 5),
    ]),
  ]),
];
