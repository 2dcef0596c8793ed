/** The territory referential: entities, observations, alerts, commands and quarantine, with their HTTP door. */
export type * from './types.ts';
