import type { Codec, Field, Words } from './layout.ts';

const battery = {
  words: 1,
  fields: [{ name: 'batteryV', at: 0, as: 'u16', divide: 1000 }],
} satisfies Words['groups'][number];

/** Word `n` of a group, as it stands. */
const word = (n: number, name: string, rest: Partial<Field> = {}): Field => ({ name, at: 2 * n, as: 'u16', ...rest });

const decentlab = (model: string, title: string, groups: Words['groups']): Codec => ({
  model: `decentlab/${model}`,
  vendor: 'Decentlab',
  title: `Decentlab ${title}`,
  theme: 'waste',
  alsoKnownAs: [model, `decentlab ${model}`],
  layouts: [
    {
      shape: 'words',
      purpose: 'measurement',
      where: [{ at: 0, equals: 2 }],
      groups,
    },
  ],
});

export const decentlabCodecs: readonly Codec[] = [
  decentlab('dl-mbx', 'DL-MBX ultrasonic distance sensor', [
    { words: 2, fields: [word(0, 'distanceMm'), word(1, 'validSamples')] },
    battery,
  ]),
  decentlab('dl-lid', 'DL-LID laser distance sensor', [
    {
      words: 11,
      fields: [
        word(0, 'distanceMm'),
        word(1, 'distanceMinimumMm'),
        word(2, 'distanceMaximumMm'),
        word(3, 'distanceMedianMm'),
        word(4, 'distance10thPercentileMm'),
        word(5, 'distance25thPercentileMm'),
        word(6, 'distance75thPercentileMm'),
        word(7, 'distance90thPercentileMm'),
        word(8, 'distanceMostFrequentMm'),
        word(9, 'samples'),
        word(10, 'acquisitionTimeMs', { times: 1000, divide: 1024 }),
      ],
    },
    battery,
  ]),
];
