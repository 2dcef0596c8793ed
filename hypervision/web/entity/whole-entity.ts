import type { Entity, EntityView, ReportedValue } from '../../contract.ts';

/**
 * Everything known of an entity: what was read when its panel opened, overtaken by what came on the live link since.
 * The live view leaves out what does not vary, so neither alone is complete.
 */
export function wholeEntity(live: EntityView, read: Entity | undefined): EntityView {
  if (read === undefined) return live;
  const values: Record<string, ReportedValue> = {};
  for (const [name, attribute] of Object.entries(read.attributes)) {
    if (attribute.type !== 'Property') continue;
    values[name] = [attribute.value, attribute.observedAt === undefined ? null : Date.parse(attribute.observedAt)];
  }
  for (const [name, reported] of Object.entries(live.values)) {
    const known = values[name];
    if (known === undefined || (reported[1] ?? 0) >= (known[1] ?? 0)) values[name] = reported;
  }
  return { ...live, values };
}
