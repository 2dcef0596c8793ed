import type { JsonObject } from '../primitive.ts';

/** A resource as it is stored. Objects of this type are shared by the cache and never changed. */
export interface Resource {
  /** Number in the store; for an instance, that of its container. */
  readonly no: number;
  readonly parentNo: number | null;
  readonly ty: number;
  readonly ri: string;
  /** `ri` of the parent; empty for the CSEBase. */
  readonly pi: string;
  readonly rn: string;
  /** Structured address: `cse-in/ae/cnt`. */
  readonly path: string;
  /** 0 for the CSEBase. */
  readonly depth: number;
  /** Originator of the CREATE; has full access where no policy says otherwise. */
  readonly creator: string;
  readonly version: number;
  /** Everything else, without the counters of a container. */
  readonly attributes: JsonObject;
  /** Of an instance of a flexContainer: the `cnd` of that. */
  readonly specialization?: string;
  /** Place among the instances of the container; of a contentInstance this is its state tag. Instances only. */
  readonly st?: number;
}

/** A new resource below its parent, before it is stored. */
export const childOf = (
  parent: Resource,
  child: Pick<Resource, 'no' | 'ty' | 'ri' | 'rn' | 'creator' | 'attributes'>,
): Resource => ({
  parentNo: parent.no,
  pi: parent.ri,
  path: `${parent.path}/${child.rn}`,
  depth: parent.depth + 1,
  version: 1,
  ...child,
});

/** What changes with every instance of a container (TS-0004 §7.4.6). */
export interface Counters {
  readonly st: number;
  /** currentNrOfInstances */
  readonly cni: number;
  /** currentByteSize, bytes */
  readonly cbs: number;
}

/** Types that hold instances, with the type of these: container, flexContainer, timeSeries. */
const instanceTypes: ReadonlyMap<number, number> = new Map([
  [3, 4],
  [28, 58],
  [29, 30],
]);

/** What the identifiers of instances begin with, by their type. */
const idPrefixes: ReadonlyMap<number, string> = new Map([
  [4, 'cin'],
  [58, 'fci'],
  [30, 'tsi'],
]);

/** Numbers of the types that hold instances, and have counters. */
export const holderTypes: readonly number[] = [...instanceTypes.keys()];

/** Whether a type holds instances. */
export const holdsInstances = (type: number): boolean => instanceTypes.has(type);

/** Whether resources of a type are instances: they follow their container in everything. */
export const isInstance = (type: number): boolean => idPrefixes.has(type);

/** Type of the instances of a container; undefined when it is not one. */
export const instanceTypeOf = (containerType: number): number | undefined => instanceTypes.get(containerType);

/** Identifier of an instance: its type, its container's number and its place in it. */
export const instanceId = (type: number, containerNo: number, st: number): string =>
  `${idPrefixes.get(type)}-${containerNo.toString(36)}-${st.toString(36)}`;

const instanceIdPattern = /^(?:cin|fci|tsi)-([0-9a-z]{1,11})-([0-9a-z]{1,11})$/;

/** @returns undefined when the text is not an instance's identifier */
export function readInstanceId(ri: string): { no: number; st: number } | undefined {
  const match = instanceIdPattern.exec(ri);
  if (match === null) return undefined;
  const no = Number.parseInt(match[1] ?? '', 36);
  const st = Number.parseInt(match[2] ?? '', 36);
  return Number.isSafeInteger(no) && Number.isSafeInteger(st) ? { no, st } : undefined;
}

/** Labels of a resource; empty when it has none. */
export const labelsOf = ({ attributes }: Resource): readonly string[] =>
  Array.isArray(attributes.lbl) ? (attributes.lbl as string[]) : [];
