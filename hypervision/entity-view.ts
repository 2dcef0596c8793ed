import type { Geometry, Position } from 'geojson';
import type { Entity, TypeDescription } from '#territory';
import type { EntityView, ReportedValue } from './contract.ts';

/** Besides the headline of its type: what gives a thing its size, direction, freshness and mark on the map. */
const drawnOfAnyType = ['nacelleDirection', 'ratedPower', 'subscribedPower', 'reportingInterval', 'demonstration'];

export interface EntityViews {
  /** What map and list draw. The rest of an entity is read when its panel opens, so that a first visit stays small. */
  brief(entity: Entity): EntityView;
  /** The same with everything that is observed, so that an open panel follows. */
  live(entity: Entity): EntityView;
}

export function createEntityViews(types: readonly TypeDescription[]): EntityViews {
  const drawn = new Map(types.map(({ name, headline }) => [name, new Set([headline, ...drawnOfAnyType])]));
  const isDrawn = (entity: Entity, property: string): boolean => drawn.get(entity.type)?.has(property) ?? false;
  return {
    brief: (entity) => viewOf(entity, (property) => isDrawn(entity, property)),
    live: (entity) => viewOf(entity, (property, isObserved) => isObserved || isDrawn(entity, property)),
  };
}

function viewOf(entity: Entity, includes: (property: string, isObserved: boolean) => boolean): EntityView {
  const values: Record<string, ReportedValue> = {};
  for (const [name, attribute] of Object.entries(entity.attributes)) {
    if (attribute.type !== 'Property' || !includes(name, attribute.observedAt !== undefined)) continue;
    values[name] = [attribute.value, attribute.observedAt === undefined ? null : Date.parse(attribute.observedAt)];
  }
  return {
    id: entity.id,
    type: entity.type,
    seq: entity.seq,
    ...(entity.name !== undefined && { name: entity.name }),
    ...(entity.commune !== undefined && { commune: entity.commune }),
    ...(entity.geometry !== undefined && { geometry: rounded(entity.geometry) }),
    ...(entity.heardAt !== undefined && { heardAtMs: Date.parse(entity.heardAt) }),
    values,
  };
}

/** To a tenth of a metre: more digits than that only make messages longer. */
const round = (position: Position): Position => position.map((degrees) => Math.round(degrees * 1e6) / 1e6);

const rounded = (geometry: Geometry): Geometry =>
  geometry.type === 'Point' ? { type: 'Point', coordinates: round(geometry.coordinates) } : geometry;
