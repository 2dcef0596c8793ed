import type { JsonObject } from '../primitive.ts';
import {
  type Announcement,
  definitionByElement,
  definitions,
  mayHold,
  type Optionality,
  type ResourceDefinition,
} from '../resources/index.ts';
import { schemaDocument } from './json-schema.ts';
import { type Meaning, meaningOfAttribute, meaningOfType } from './meanings.ts';

export interface AttributeDescription {
  /** `mni` */
  readonly name: string;
  /** `maxNrOfInstances` */
  readonly long: string;
  readonly meaning?: Meaning;
  /** "a non-negative integer" */
  readonly expected: string;
  readonly mandatory: boolean;
  readonly create: Optionality;
  readonly update: Optionality;
  readonly announce: Announcement;
  readonly supported: boolean;
}

/** A resource type as a list shows it. */
export interface TypeSummary {
  /** `m2m:cnt` */
  readonly element: string;
  readonly type: number;
  readonly longName: string;
  readonly meaning?: Meaning;
  /** `mgd` or `cnd` of a specialization. */
  readonly specialization?: number | string;
}

/** A resource type as a person needs it who reads or writes one. */
export interface TypeDescription extends TypeSummary {
  readonly clause: string;
  readonly creatable: boolean;
  readonly updatable: boolean;
  readonly deletable: boolean;
  readonly virtualChildren: readonly string[];
  readonly attributes: readonly AttributeDescription[];
  /** Elements of the types that the API can create under it. */
  readonly children: readonly string[];
  readonly schema: JsonObject;
}

function summaryOf(definition: ResourceDefinition): TypeSummary {
  const { element, type, longName, specialization } = definition;
  const meaning = meaningOfType(definition);
  return {
    element,
    type,
    longName,
    ...(meaning === undefined ? {} : { meaning }),
    ...(specialization === undefined ? {} : { specialization }),
  };
}

/** Types that exist only as their specializations. */
const abstract: ReadonlySet<string> = new Set(['m2m:mgo', 'm2m:fcnt', 'm2m:mgoA', 'm2m:fcntA']);

/** Every type that is served, specializations and announced variants included. */
export const describedTypes = (): TypeSummary[] => definitions().map(summaryOf);

/** Types the API can create under a type. */
export const childrenOf = (parent: ResourceDefinition): ResourceDefinition[] =>
  definitions().filter((child) => child.creatable && !abstract.has(child.element) && mayHold(parent, child));

/** @param element `m2m:cnt`, `cod:lock` @returns undefined when no such type is served */
export function describeType(element: string): TypeDescription | undefined {
  const definition = definitionByElement(element);
  if (definition === undefined) return undefined;
  const { clause, creatable, updatable, deletable, virtualChildren } = definition;
  return {
    ...summaryOf(definition),
    clause,
    creatable,
    updatable,
    deletable,
    virtualChildren,
    attributes: Object.entries(definition.attributes).map(([name, row]) => {
      const meaning = meaningOfAttribute(row.long);
      return {
        name,
        long: row.long,
        ...(meaning === undefined ? {} : { meaning }),
        expected: row.type.expected,
        mandatory: row.mandatory,
        create: row.create,
        update: row.update,
        announce: row.announce,
        supported: row.supported,
      };
    }),
    children: childrenOf(definition).map((child) => child.element),
    schema: schemaDocument(definition),
  };
}
