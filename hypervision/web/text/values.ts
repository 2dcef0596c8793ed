import type { EntityView, JsonValue, TypeDescription } from '../../contract.ts';
import { formatMoment, formatNumber, withUnit } from './formats.ts';
import { local, t } from './messages.ts';

type PropertyDescription = TypeDescription['properties'][number];

export interface ShownValue {
  readonly text: string;
  /** Empty for what has none. */
  readonly unit: string;
}

/** A stored value as people read it: scaled, rounded, in words where it is a choice. */
export function shownValue(property: PropertyDescription, value: JsonValue | undefined): ShownValue {
  if (value === undefined || value === null) return { text: '–', unit: '' };
  if (property.kind === 'number' && typeof value === 'number') {
    const { unit, factor, decimals } = property.display;
    return { text: formatNumber(value * factor, decimals), unit };
  }
  if (property.kind === 'flag') return { text: t(value === true ? 'value.yes' : 'value.no'), unit: '' };
  if (property.kind === 'time' && typeof value === 'string' && !Number.isNaN(Date.parse(value))) {
    return { text: formatMoment(Date.parse(value)), unit: '' };
  }
  if (property.kind === 'choice' && typeof value === 'string') {
    const choice = property.choices?.[value];
    return { text: choice === undefined ? value : local(choice), unit: '' };
  }
  if (typeof value === 'object') {
    return {
      text:
        Object.values(value)
          .filter((part) => typeof part === 'string' || typeof part === 'number')
          .join(', ') || '–',
      unit: '',
    };
  }
  return { text: String(value), unit: '' };
}

export const valueWithUnit = (property: PropertyDescription, value: JsonValue | undefined): string => {
  const { text, unit } = shownValue(property, value);
  return withUnit(text, unit);
};

export const propertyOf = (type: TypeDescription, name: string): PropertyDescription | undefined =>
  type.properties.find((property) => property.name === name);

/** The property that sums an entity up, with its value. */
export function headline(
  type: TypeDescription,
  entity: EntityView,
): { property: PropertyDescription; value: JsonValue | undefined } | undefined {
  const property = propertyOf(type, type.headline);
  return property === undefined ? undefined : { property, value: entity.values[type.headline]?.[0] };
}

/** A number of an entity, or undefined when it has not said. */
export function numberOf(entity: EntityView, property: string): number | undefined {
  const value = entity.values[property]?.[0];
  return typeof value === 'number' ? value : undefined;
}

/** The name people gave it, or the end of its identifier. */
export const nameOf = (entity: Pick<EntityView, 'id' | 'name'>): string =>
  entity.name ?? entity.id.split(':').at(-1) ?? entity.id;

/** « Conteneur à déchets » in the chosen language. */
export const typeLabel = (type: TypeDescription): string => local(type.label);
