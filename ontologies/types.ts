import type { EntityType } from './declaration.ts';
import { building } from './types/building.ts';
import { streetlight } from './types/streetlight.ts';
import { wasteContainer } from './types/waste-container.ts';
import { windTurbine } from './types/wind-turbine.ts';

/** Every entity type of the territory, in the order consoles list them. */
export const types: readonly EntityType[] = [wasteContainer, streetlight, windTurbine, building];

const byName = new Map(types.map((type) => [type.name, type]));

export const typeOf = (name: string): EntityType | undefined => byName.get(name);
