/** What the data mean: entity types, mappings from oneM2M content, and the engine that applies them. */
export type { CommandDescription, PropertyDescription, Theme, TypeDescription } from './description.ts';
export type {
  Attribute,
  EntityFragment,
  GeoPropertyAttribute,
  JsonValue,
  LocalizedText,
  PropertyAttribute,
  RelationshipAttribute,
} from './entity.ts';
