import type { CommandDeclaration, EntityType, PropertyDeclaration } from './declaration.ts';
import type { CommandDescription, PropertyDescription, TypeDescription } from './description.ts';
import { units } from './units.ts';

/** A type as consoles need it: plain JSON, nothing left to look up. */
export const describe = (type: EntityType): TypeDescription => ({
  name: type.name,
  label: type.label,
  plural: type.plural,
  theme: type.theme,
  icon: type.icon,
  headline: type.headline,
  chart: type.chart,
  expectedIntervalSeconds: type.expectedIntervalSeconds,
  term: type.term,
  properties: Object.entries(type.properties).map(([name, property]) => describeProperty(name, property)),
  commands: Object.entries(type.commands).map(([action, command]) => describeCommand(action, command)),
});

function describeProperty(name: string, property: PropertyDeclaration): PropertyDescription {
  const { schema, unitCode, display, choices } = property;
  return {
    name,
    label: property.label,
    kind: kindOf(property),
    ...(unitCode === undefined ? {} : { unitCode }),
    display: {
      unit: display?.unit ?? (unitCode === undefined ? '' : units[unitCode].symbol),
      factor: display?.factor ?? 1,
      decimals: display?.decimals ?? 0,
    },
    ...('minimum' in schema && schema.minimum !== undefined ? { minimum: schema.minimum } : {}),
    ...('maximum' in schema && schema.maximum !== undefined ? { maximum: schema.maximum } : {}),
    ...(choices === undefined ? {} : { choices }),
    observed: property.observed ?? false,
    term: property.term,
  };
}

function kindOf({ schema }: PropertyDeclaration): PropertyDescription['kind'] {
  if ('enum' in schema) return 'choice';
  switch (schema.type) {
    case 'number':
    case 'integer':
      return 'number';
    case 'boolean':
      return 'flag';
    case 'object':
      return 'object';
    case 'string':
      return schema.format === 'date-time' ? 'time' : 'text';
  }
}

const describeCommand = (action: string, command: CommandDeclaration): CommandDescription => ({
  action,
  label: command.label,
  parameters: command.parameters,
  effect: { property: command.effect.property },
});
