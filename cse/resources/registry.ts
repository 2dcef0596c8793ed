import { StartupError } from '#platform';
import type { Json, JsonObject } from '../primitive.ts';
import { announcedElement, announcedVariant } from './announced.ts';
import type { ResourceDefinition } from './definition.ts';
import type { FlexContainerFile } from './flex-container-file.ts';
import { instancesOf, specializationOf } from './flex-container-specialization.ts';

const byType = new Map<number, ResourceDefinition>();
const bySpecialization = new Map<string, ResourceDefinition>();
const byElement = new Map<string, ResourceDefinition>();
/** Short names of the attributes of all types. */
const attributeNames = new Set<string>();

/** A specialization of <flexContainer>, made when it is first needed: there are hundreds, and most are never used. */
interface Offered {
  readonly path: string;
  readonly element: string;
  readonly containerDefinition: string;
  readonly make: () => ResourceDefinition;
}

const offered = new Map<string, Offered>();
/** Leads to the above from the value of `cnd` and from both elements. */
const offeredAs = new Map<string, Offered>();

const key = (type: number, specialization: number | string): string => `${type} ${specialization}`;

/** Makes a type known, together with its announced variant. */
export function register(definition: ResourceDefinition): void {
  for (const known of withAnnounced(definition)) {
    registerByType(known);
    byElement.set(known.element, known);
  }
}

function registerByType(definition: ResourceDefinition): void {
  const { type, specialization, attributes } = definition;
  if (specialization === undefined) byType.set(type, definition);
  else bySpecialization.set(key(type, specialization), definition);
  for (const name in attributes) attributeNames.add(name);
}

function withAnnounced(definition: ResourceDefinition): ResourceDefinition[] {
  const announced = announcedVariant(definition);
  return announced === undefined ? [definition] : [definition, announced];
}

/**
 * Makes the specializations of <flexContainer> of one file known; a file that is read again replaces what it said before.
 * @throws StartupError when another file defines the same element or containerDefinition
 */
export function offerFlexContainers({ path, namespace, definitions }: FlexContainerFile): void {
  for (const [shortName, specialization] of Object.entries(definitions)) {
    const element = `${namespace}:${shortName}`;
    const { containerDefinition, attributes = {} } = specialization;
    const names = [element, announcedElement(element), containerDefinition];
    for (const name of names) {
      const known = offeredAs.get(name);
      const foreign = known !== undefined && (known.path !== path || known.element !== element);
      if (!foreign && (known !== undefined || !byElement.has(name))) continue;
      throw new StartupError(
        `${path}: definitions.${shortName}: "${name}" is defined already, ${known === undefined ? 'by the standard' : `for ${known.element} in ${known.path}`}`,
        'Choose another namespace, short name or containerDefinition.',
      );
    }
    const one = { path, element, containerDefinition, make: () => specializationOf(element, specialization) };
    offered.set(element, one);
    for (const name of names) offeredAs.set(name, one);
    for (const name in attributes) attributeNames.add(name);
  }
}

/** Makes what was offered under a name, if anything was. */
function makeOffered(name: string): void {
  const found = offeredAs.get(name);
  if (found === undefined || !offered.delete(found.element)) return;
  const definition = found.make();
  register(definition);
  // Instances share the element of what they are instances of; they are found by the type.
  for (const known of withAnnounced(instancesOf(definition))) registerByType(known);
}

/** Types made known one by one, without specializations. */
export const registeredTypes = (): number[] => [...byType.keys()];

/**
 * Definition of a type.
 *
 * @param specialization `mgd` or `cnd` of a resource of a specialized type; without it, what all specializations share
 */
export function definitionOf(type: number, specialization?: Json): ResourceDefinition | undefined {
  if (typeof specialization !== 'number' && typeof specialization !== 'string') return byType.get(type);
  if (typeof specialization === 'string') makeOffered(specialization);
  return bySpecialization.get(key(type, specialization)) ?? byType.get(type);
}

/** Definition of the type of a resource. */
export const definitionFor = ({ ty, attributes, specialization }: Typed): ResourceDefinition | undefined =>
  definitionOf(ty, specialization ?? attributes.mgd ?? attributes.cnd);

interface Typed {
  readonly ty: number;
  readonly attributes: JsonObject;
  readonly specialization?: string;
}

/** Definition by the name of the root element of a representation: `m2m:fwr`. */
export function definitionByElement(element: string): ResourceDefinition | undefined {
  makeOffered(element);
  return byElement.get(element);
}

/** Whether resources of one type may be created under resources of another. */
export const mayHold = (parent: ResourceDefinition, child: ResourceDefinition): boolean =>
  child.parents.includes(parent.family) || parent.children.includes(child.element);

/** Every definition, specializations included. */
export function definitions(): readonly ResourceDefinition[] {
  for (const element of [...offered.keys()]) makeOffered(element);
  return [...byElement.values()];
}

/** Whether any served type has an attribute of this short name, for attribute conditions in filters. */
export const isKnownAttribute = (name: string): boolean => attributeNames.has(name);
