import type { EntityType, PropertyDeclaration } from './declaration.ts';
import { mappingName } from './mapping.ts';
import { mappings } from './mappings.ts';
import { types } from './types.ts';
import { units } from './units.ts';
import { vocabularies } from './vocabularies.ts';

/** The data dictionary as a Markdown page (`docs/ontologies/dictionary.md`), derived from the declarations. */
export const dictionary = (): string =>
  [
    '# Data dictionary',
    '',
    'Generated from `ontologies/types` by `node ontologies/write-dictionary.ts`; a test compares the two.',
    '',
    'Properties marked ⏱ vary over time: they carry `observedAt` and have a history. Values are stored in the unit given',
    'here ([UN/CEFACT codes](https://unece.org/trade/uncefact/cl-recommendations)); sources are converted by their mapping.',
    '',
    ...types.flatMap(typeSection),
    '## Mappings',
    '',
    '| mapping | from | to |',
    '| --- | --- | --- |',
    ...mappings.map((mapping) =>
      mapping.kind === 'entity'
        ? `| \`${mappingName(mapping)}\` ${mapping.title.en} | instances labelled ${mapping.labels.map(code).join(' ')} | ${mapping.target} |`
        : `| \`${mappingName(mapping)}\` ${mapping.title.en} | command ${code(mapping.action)} of ${mapping.target} | oneM2M \`CREATE\` of a contentInstance |`,
    ),
    '',
    '## Vocabularies',
    '',
    '| prefix | namespace |',
    '| --- | --- |',
    ...Object.entries(vocabularies).map(([prefix, namespace]) => `| ${code(prefix)} | <${namespace}> |`),
    '',
  ].join('\n');

const typeSection = (type: EntityType): string[] => [
  `## ${type.name}`,
  '',
  `${type.label.fr} / ${type.label.en}. ${type.about.fr} ${type.about.en}`,
  '',
  `- theme ${code(type.theme)}, term ${termOf(type.term)}, also ${type.saref.map(termOf).join(', ')}`,
  `- expected every ${type.expectedIntervalSeconds} s unless its ${code('reportingInterval')} says otherwise`,
  ...Object.entries(type.commands).map(
    ([action, { label, parameters, effect }]) =>
      `- command ${code(action)} (${label.fr} / ${label.en}): ${Object.entries(parameters.properties)
        .map(([name, { minimum, maximum }]) => `${code(name)} ${minimum}–${maximum}`)
        .join(', ')}; seen in ${code(effect.property)}`,
  ),
  '',
  '| property | français | English | values | unit | term |',
  '| --- | --- | --- | --- | --- | --- |',
  '| `location` | Position | Location | GeoJSON geometry, WGS 84 | | `ngsi:location` |',
  ...Object.entries(type.properties).map(
    ([name, property]) =>
      `| ${code(name)}${property.observed ? ' ⏱' : ''} | ${property.label.fr} | ${property.label.en} | ${valuesOf(property)} | ${unitOf(property)} | ${[property.term, ...(property.saref === undefined ? [] : [property.saref])].map(termOf).join(' ')} |`,
  ),
  '',
];

const code = (text: string): string => `\`${text}\``;

function termOf(term: string): string {
  const [prefix, namespace] = Object.entries(vocabularies)
    .filter(([, base]) => term.startsWith(base))
    .reduce((best, entry) => (entry[1].length > best[1].length ? entry : best), ['', '']);
  return code(prefix === '' ? term : `${prefix}:${term.slice(namespace.length)}`);
}

function valuesOf({ schema }: PropertyDeclaration): string {
  if ('enum' in schema) return schema.enum.map(code).join(' ');
  switch (schema.type) {
    case 'boolean':
      return 'true, false';
    case 'string':
      return schema.format === 'date-time' ? 'ISO 8601 time' : `text, at most ${schema.maxLength}`;
    case 'object':
      return Object.keys(schema.properties).map(code).join(' ');
    case 'number':
    case 'integer':
      return `${schema.minimum ?? '−∞'} … ${schema.maximum ?? '∞'}`;
  }
}

const unitOf = ({ unitCode }: PropertyDeclaration): string =>
  unitCode === undefined ? '' : `${code(unitCode)} ${units[unitCode].symbol}`.trim();
