import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import type { FeatureCollection, MultiPolygon, Polygon } from 'geojson';
import { parse as parseYaml } from 'yaml';
import { messageOf, StartupError } from './errors.ts';

/** One commune of the territory. */
export interface CommuneProperties {
  /** Official code (INSEE in France). */
  readonly code: string;
  readonly name: string;
  readonly population?: number;
}

/** What belongs to one territory and not to the software: `territories/<id>/profile.yaml` and the files beside it. */
export interface TerritoryProfile {
  readonly id: string;
  readonly name: string;
  /** IANA name of the time zone clocks and charts are shown in. */
  readonly timeZone: string;
  /** BCP 47, the first one is the default. */
  readonly languages: readonly string[];
  /** Names of entity themes, in the order of the console's rail. */
  readonly themes: readonly string[];
  /** Outlines, WGS 84. */
  readonly communes: FeatureCollection<Polygon | MultiPolygon, CommuneProperties>;
}

const text = { type: 'string', minLength: 1 };

/** The YAML file. The outlines keep the attribute names of their source; the profile says which is which. */
interface ProfileFile extends Omit<TerritoryProfile, 'id' | 'communes'> {
  readonly communes: {
    readonly file: string;
    readonly code: string;
    readonly name: string;
    readonly population?: string;
  };
}

const profileSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['name', 'timeZone', 'languages', 'themes', 'communes'],
  properties: {
    name: text,
    timeZone: text,
    languages: { type: 'array', minItems: 1, items: { type: 'string', pattern: '^[a-z]{2}$' } },
    themes: { type: 'array', minItems: 1, items: text },
    communes: {
      type: 'object',
      additionalProperties: false,
      required: ['file', 'code', 'name'],
      properties: {
        file: { type: 'string', pattern: '^[a-z0-9-]+\\.geojson$' },
        code: text,
        name: text,
        population: text,
      },
    },
  },
};

const outlinesSchema = ({ code, name, population }: ProfileFile['communes']) => ({
  type: 'object',
  required: ['type', 'features'],
  properties: {
    type: { const: 'FeatureCollection' },
    features: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        required: ['type', 'geometry', 'properties'],
        properties: {
          type: { const: 'Feature' },
          geometry: {
            type: 'object',
            required: ['type', 'coordinates'],
            properties: { type: { enum: ['Polygon', 'MultiPolygon'] } },
          },
          properties: {
            type: 'object',
            required: [code, name],
            properties: {
              [code]: text,
              [name]: text,
              ...(population === undefined ? {} : { [population]: { type: 'integer', minimum: 0 } }),
            },
          },
        },
      },
    },
  },
});

/**
 * @param id folder of `territories/`
 * @throws StartupError when there is no such profile or one of its files is not as it should be
 */
export function readTerritoryProfile(id: string): TerritoryProfile {
  const folder = join(import.meta.dirname, '..', 'territories', id);
  const { communes, ...profile } = checked<ProfileFile>(join(folder, 'profile.yaml'), parseYaml, profileSchema);
  const outlines = checked<FeatureCollection<Polygon | MultiPolygon, Record<string, string & number>>>(
    join(folder, communes.file),
    JSON.parse,
    outlinesSchema(communes),
  );
  const features = outlines.features.map((feature) => {
    const {
      [communes.code]: code = '',
      [communes.name]: name = '',
      [communes.population ?? '']: population,
    } = feature.properties;
    return { ...feature, properties: { code, name, ...(population === undefined ? {} : { population }) } };
  });
  return { id, ...profile, communes: { type: 'FeatureCollection', features } };
}

function checked<T>(path: string, parse: (source: string) => unknown, schema: object): T {
  let content: unknown;
  try {
    content = parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new StartupError(
      `The territory profile cannot be read: ${messageOf(error)}`,
      'Choose a folder of territories/ with ALZETTE_TERRITORY, or correct the file.',
    );
  }
  const validate = new Ajv().compile<T>(schema);
  if (!validate(content)) {
    const [problem] = validate.errors ?? [];
    throw new StartupError(
      `${path}${problem?.instancePath ?? ''}: ${problem?.message ?? 'is not valid'}`,
      'Correct the file.',
    );
  }
  return content;
}
