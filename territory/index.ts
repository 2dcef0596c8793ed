/** The territory referential: entities, observations, alerts, commands and quarantine, with their HTTP door. */
export { schema } from './schema.ts';
export { createTerritory, type TerritoryOptions } from './territory.ts';
export type * from './types.ts';
