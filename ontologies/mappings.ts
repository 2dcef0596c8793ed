import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { type CommandMapping, type EntityMapping, type Mapping, readMapping } from './mapping.ts';

const folder = new URL('./mappings/', import.meta.url);

/** The mappings that ship, in the order of their file names. */
export const mappings: readonly Mapping[] = readdirSync(folder)
  .filter((file) => file.endsWith('.yaml'))
  .sort()
  .map((file) => readMapping(parse(readFileSync(new URL(file, folder), 'utf8')), file));

/** The entity mapping for an instance with these labels: the one that asks for most of them. */
export const mappingFor = (labels: readonly string[]): EntityMapping | undefined =>
  mappings
    .filter((mapping) => mapping.kind === 'entity')
    .filter((mapping) => mapping.labels.every((label) => labels.includes(label)))
    .reduce<EntityMapping | undefined>(
      (best, mapping) => (best === undefined || mapping.labels.length > best.labels.length ? mapping : best),
      undefined,
    );

/** The mapping of a command to the request its device understands. */
export const commandMappingFor = (type: string, action: string): CommandMapping | undefined =>
  mappings
    .filter((mapping) => mapping.kind === 'command')
    .find((mapping) => mapping.target === type && mapping.action === action);
