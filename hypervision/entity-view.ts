import type { Entity } from '#territory';
import type { EntityView, ReportedValue } from './contract.ts';

/** Shortens an entity to what the console draws. Relationships and geometries other than the location stay behind. */
export function viewOf(entity: Entity): EntityView {
  const values: Record<string, ReportedValue> = {};
  for (const [name, attribute] of Object.entries(entity.attributes)) {
    if (attribute.type !== 'Property') continue;
    values[name] = [attribute.value, attribute.observedAt === undefined ? null : Date.parse(attribute.observedAt)];
  }
  return {
    id: entity.id,
    type: entity.type,
    seq: entity.seq,
    ...(entity.name !== undefined && { name: entity.name }),
    ...(entity.commune !== undefined && { commune: entity.commune }),
    ...(entity.geometry !== undefined && { geometry: entity.geometry }),
    ...(entity.heardAt !== undefined && { heardAtMs: Date.parse(entity.heardAt) }),
    values,
  };
}
