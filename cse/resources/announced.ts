import { announceable, common, universal } from './common.ts';
import { anyUri } from './data-type.ts';
import {
  type Attribute,
  type AttributeTable,
  attribute,
  defineResource,
  type ResourceDefinition,
} from './definition.ts';

/** Distance between the number of a type and that of its announced variant, TS-0004 §6.3.4.2.1. */
export const announcedOffset = 10_000;

/** Own attributes of an announced resource, whatever it announces (TS-0001 §9.6.26.1, TS-0004 §7.4.26). */
const ownAttributes = {
  ...universal,
  et: { ...common.et, create: 'M', announce: 'NA' },
  acpi: { ...common.acpi, announce: 'NA' },
  lbl: { ...common.lbl, announce: 'NA' },
  daci: { ...common.daci, announce: 'NA' },
  ast: { ...announceable.ast, announce: 'NA' },
  lnk: attribute('link', anyUri, 'M', 'O', { mandatory: true }),
} as const satisfies AttributeTable;

/** Element of the announced variant: `m2m:cntA`, `cod:lockAnnc` (TS-0004 §8.2.4, TS-0023). */
export const announcedElement = (element: string): string => `${element}${element.startsWith('m2m:') ? 'A' : 'Annc'}`;

/**
 * The announced variant of a type, derived from the columns "announced" of its own table: MA and OA attributes may be set
 * by the CSE that announces, whatever the original's table says of them (TS-0004 §7.4.26).
 *
 * @returns undefined when the type cannot be announced
 */
export function announcedVariant(original: ResourceDefinition): ResourceDefinition | undefined {
  if (original.announced === undefined) return undefined;
  const copied: Record<string, Attribute> = {};
  for (const [name, row] of Object.entries(original.attributes)) {
    if (row.announce === 'NA' || Object.hasOwn(ownAttributes, name)) continue;
    const create = name === 'mgd' || name === 'cnd' ? 'M' : 'O';
    const update = create === 'M' ? 'NP' : 'O';
    copied[name] = { ...row, create, update, announce: 'NA', mandatory: create === 'M' };
  }
  return defineResource({
    type: original.type + announcedOffset,
    shortName: announcedElement(original.element).slice(original.element.indexOf(':') + 1),
    longName: `${original.longName}Annc`,
    element: announcedElement(original.element),
    family: `${original.family}A`,
    clause: 'TS-0004 §7.4.26',
    parents: original.announced.parents,
    attributes: { ...ownAttributes, ...copied },
    ...(original.specialization === undefined ? {} : { specialization: original.specialization }),
  });
}
