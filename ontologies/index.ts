/** What the data mean: entity types, mappings from oneM2M content, and the engine that applies them. */
export {
  applyCommandMapping,
  applyMapping,
  type CommandRequest,
  type CompiledMapping,
  compileMapping,
  type MappingOutcome,
  type Quarantined,
  readContent,
} from './apply-mapping.ts';
export { context } from './context.ts';
export type { CommandDeclaration, EntityType, PropertyDeclaration, Values } from './declaration.ts';
export { describe } from './describe.ts';
export type { CommandDescription, PropertyDescription, Theme, TypeDescription } from './description.ts';
export { dictionary } from './dictionary.ts';
export type {
  Attribute,
  EntityFragment,
  GeoPropertyAttribute,
  JsonValue,
  LocalizedText,
  PropertyAttribute,
  RelationshipAttribute,
} from './entity.ts';
export { compileExpression, type Expression, ExpressionError, expressionLimits } from './expression.ts';
export {
  type ChangeBody,
  type CommandInput,
  type CommandMapping,
  type EntityMapping,
  type Mapping,
  type MappingInput,
  mappingName,
  readMapping,
} from './mapping.ts';
export { commandMappingFor, mappingFor, mappings } from './mappings.ts';
export { typeOf, types } from './types.ts';
export { type Unit, type UnitCode, units } from './units.ts';
export { type Invalid, validateEntity } from './validate-entity.ts';
export { vocabularies } from './vocabularies.ts';
