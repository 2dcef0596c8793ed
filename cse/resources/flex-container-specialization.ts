import {
  boolean,
  content,
  type DataType,
  date,
  dateTime,
  duration,
  integer,
  list,
  nonNegativeInteger,
  number,
  oneOf,
  positiveInteger,
  string,
  time,
  timestamp,
  uri,
} from './data-type.ts';
import {
  type Announcement,
  type Attribute,
  attribute,
  defineResource,
  type Optionality,
  type ResourceDefinition,
} from './definition.ts';
import { flexContainer } from './flex-container.ts';
import { flexContainerInstance } from './flex-container-instance.ts';
import { location } from './location.ts';

/** Types a custom attribute can have, by the names used in files of definitions. */
export const customTypes = {
  string,
  boolean,
  integer,
  nonNegativeInteger,
  positiveInteger,
  float: number,
  timestamp,
  dateTime,
  date,
  time,
  duration,
  anyURI: uri,
  geoCoordinates: location,
  list: list(content),
} as const satisfies Readonly<Record<string, DataType<unknown>>>;

/** One custom attribute of a specialization, as files describe it. */
export interface CustomAttribute {
  readonly longName: string;
  readonly type: keyof typeof customTypes;
  /** Values of an enumeration, or of the entries of a list. */
  readonly values?: readonly (number | string)[];
  /** Whether CREATE has to give it, and UPDATE cannot remove it. */
  readonly mandatory?: boolean;
  readonly update?: Optionality;
  readonly announce?: Announcement;
}

/** A specialization of <flexContainer>, as files describe it: a device, a module class, an action, or a territory's own. */
export interface Specialization {
  readonly longName: string;
  /** Value of `cnd`. */
  readonly containerDefinition: string;
  /** Short names of the types it may be created under; `fcnt`: any flexContainer. Default: all but flexContainers. */
  readonly parents?: readonly string[];
  /** By short name. */
  readonly attributes?: Readonly<Record<string, CustomAttribute>>;
  /** Elements of the flexContainers it may hold. */
  readonly children?: readonly string[];
}

const withoutFlexContainers = flexContainer.parents.filter((parent) => parent !== 'fcnt');

/** @param element `cod:lock` */
export const specializationOf = (
  element: string,
  { longName, containerDefinition, parents, attributes = {}, children = [] }: Specialization,
): ResourceDefinition =>
  defineResource({
    type: flexContainer.type,
    shortName: element.slice(element.indexOf(':') + 1),
    longName,
    clause: flexContainer.clause,
    element,
    family: flexContainer.family,
    specialization: containerDefinition,
    parents: parents ?? withoutFlexContainers,
    children,
    virtualChildren: flexContainer.virtualChildren,
    ...(flexContainer.announced === undefined ? {} : { announced: flexContainer.announced }),
    attributes: {
      ...flexContainer.attributes,
      ...Object.fromEntries(Object.entries(attributes).map(([name, custom]) => [name, customAttribute(custom)])),
    },
  });

/** Instances of a specialization: what it held at one moment (release 4). They share its element. */
export const instancesOf = (specialization: ResourceDefinition): ResourceDefinition => {
  const copied: Record<string, Attribute> = {};
  for (const [name, row] of customAttributesOf(specialization)) {
    copied[name] = { ...row, create: 'NP', update: 'NP', mandatory: false };
  }
  return {
    ...flexContainerInstance,
    element: specialization.element,
    ...(specialization.specialization === undefined ? {} : { specialization: specialization.specialization }),
    attributes: { ...flexContainerInstance.attributes, ...copied },
  };
};

/** The attributes that a specialization has beyond every flexContainer. */
export const customAttributesOf = ({ attributes }: ResourceDefinition): [name: string, row: Attribute][] =>
  Object.entries(attributes).filter(([name]) => !Object.hasOwn(flexContainer.attributes, name));

function customAttribute({ longName, type, values, mandatory = false, update, announce }: CustomAttribute): Attribute {
  return attribute(longName, dataTypeOf(type, values), mandatory ? 'M' : 'O', update ?? 'O', {
    mandatory,
    announce: announce ?? 'OA',
  });
}

const dataTypeOf = (type: CustomAttribute['type'], values: CustomAttribute['values']): DataType<unknown> => {
  if (values === undefined) return customTypes[type];
  return type === 'list' ? list(oneOf(...values)) : oneOf(...values);
};
