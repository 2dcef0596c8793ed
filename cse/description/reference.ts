import {
  type Attribute,
  definitionByElement,
  definitions,
  mayHold,
  type ResourceDefinition,
  standardFlexContainers,
} from '../resources/index.ts';
import { exampleOf } from './example.ts';
import { meaningOfAttribute, meaningOfType } from './meanings.ts';

const announcedOffset = 10_000;
const flexContainerType = 28;
const optionality = { M: 'mandatory', O: 'optional', NP: '–' } as const;
const announcement = { MA: 'always', OA: 'if named', NA: '–' } as const;

/** A page of the reference: its file name and its text. */
export interface Page {
  readonly file: string;
  readonly text: string;
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');

const isOriginal = ({ type }: ResourceDefinition): boolean => type < announcedOffset;
const fileOf = ({ longName }: ResourceDefinition): string => `${longName}.md`;

/** Names of types as links to their pages; models of devices lead to the page of their domain. */
function linked(types: readonly ResourceDefinition[]): string {
  if (types.length === 0) return 'none';
  const own = types.filter((type) => type.type !== flexContainerType || type.specialization === undefined);
  const models = types.length - own.length;
  const names = [...new Set(own)]
    .sort((one, other) => one.longName.localeCompare(other.longName, 'en'))
    .map((type) => (isOriginal(type) ? `[${type.longName}](${fileOf(type)})` : `\`${type.longName}\``));
  return [...names, ...(models > 0 ? [`${models} models of <flexContainer>`] : [])].join(', ');
}

const attributeRow = (name: string, row: Attribute): string[] => [
  `\`${name}\``,
  `${row.long}${row.supported ? '' : ' (not supported)'}`,
  [meaningOfAttribute(row.long)?.en, row.type.expected].filter((part) => part !== undefined).join(' – '),
  row.mandatory ? 'always' : '',
  optionality[row.create],
  optionality[row.update],
  announcement[row.announce],
];

const attributeTable = (attributes: readonly (readonly [string, Attribute])[]): string =>
  table(
    ['name', 'long name', 'meaning – value', 'present', 'CREATE', 'UPDATE', 'announced'],
    attributes.map(([name, row]) => attributeRow(name, row)),
  );

function operationsOf({ creatable, updatable, deletable }: ResourceDefinition): string {
  const permitted = [creatable && 'CREATE', 'RETRIEVE', updatable && 'UPDATE', deletable && 'DELETE'];
  return permitted.filter((name) => name !== false).join(', ');
}

function typePage(definition: ResourceDefinition, all: readonly ResourceDefinition[]): Page {
  const { longName, element, type, specialization, clause, virtualChildren, attributes } = definition;
  const parents = all.filter((parent) => isOriginal(parent) && mayHold(parent, definition));
  const children = all.filter((child) => isOriginal(child) && mayHold(definition, child));
  const example = exampleOf(definition);
  const announced = definition.announced === undefined ? 'no' : `yes, type ${type + announcedOffset}`;
  return {
    file: fileOf(definition),
    text: `# ${longName}

${meaningOfType(definition)?.en ?? ''}

${table(
  ['', ''],
  [
    ['element', `\`${element}\``],
    ['type', `${type}${specialization === undefined ? '' : `, \`mgd\` or \`cnd\` ${specialization}`}`],
    ['clause', clause],
    ['operations', operationsOf(definition)],
    ['parents', linked(parents)],
    ['children', linked(children)],
    ['virtual children', virtualChildren.map((name) => `\`${name}\``).join(', ') || 'none'],
    ['can be announced', announced],
  ],
)}

## Attributes

${attributeTable(Object.entries(attributes))}
${
  example === undefined
    ? ''
    : `
## Example

Content of a CREATE, with \`ty=${type}\`:

\`\`\`json
${JSON.stringify(example, null, 2)}
\`\`\`
`
}`,
  };
}

const titleOf = (domain: string): string => domain.replaceAll('-', ' ').replace(/^./, (letter) => letter.toUpperCase());

/** One page for all models of a domain: what they have beyond every flexContainer. */
function domainPage(domain: string, elements: readonly string[], general: ResourceDefinition): Page {
  const models = elements.flatMap((element) => definitionByElement(element) ?? []);
  const sections = models.map((model) => {
    const own = Object.entries(model.attributes).filter(([name]) => !Object.hasOwn(general.attributes, name));
    const holds =
      model.children.length === 0 ? '' : `\n\nHolds ${model.children.map((name) => `\`${name}\``).join(', ')}.`;
    return `## ${model.longName}

\`${model.element}\`, \`cnd\` \`${String(model.specialization)}\`.${holds}

${own.length === 0 ? 'No attributes of its own.' : attributeTable(own)}`;
  });
  return {
    file: `flex-containers-${domain}.md`,
    text: `# Models of flexContainer: ${titleOf(domain)}

What these have beyond every [flexContainer](flexContainer.md).

${sections.join('\n\n')}
`,
  };
}

/** The reference of every resource type that the CSE serves: an index, a page per type, a page per domain of models. */
export function reference(): Page[] {
  const general = definitionByElement('m2m:fcnt');
  if (general === undefined) throw new Error('<flexContainer> is served');
  const domains = standardFlexContainers();
  const modelled = new Set(domains.flatMap(({ elements }) => elements));
  // What a territory brings is not part of it.
  const all = definitions().filter(({ element }) => element.startsWith('m2m:') || modelled.has(element));
  const types = all
    .filter((one) => isOriginal(one) && !modelled.has(one.element))
    .sort((one, other) => one.longName.localeCompare(other.longName, 'en'));
  const index = `# Resource types

Written by \`npm run reference\` from the definitions in \`cse/resources\`. Announced variants have the attributes marked
"always" and "if named", and \`lnk\`, the address of the original. JSON Schemas of each type are at \`/cse/schemas/<element>.json\`
of the web port.

${table(
  ['type', 'name', 'element', 'meaning'],
  types.map((one) => [
    `${one.type}${one.specialization === undefined ? '' : `, ${one.specialization}`}`,
    `[${one.longName}](${fileOf(one)})`,
    `\`${one.element}\``,
    meaningOfType(one)?.en ?? '',
  ]),
)}

## Models of flexContainer

${domains.map(({ domain, elements }) => `- [${titleOf(domain)}](flex-containers-${domain}.md): ${elements.length} (type ${flexContainerType})`).join('\n')}
`;
  return [
    { file: 'README.md', text: index },
    ...types.map((one) => typePage(one, all)),
    ...domains.map(({ domain, elements }) => domainPage(domain, elements, general)),
  ];
}
