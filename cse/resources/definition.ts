import type { DataType } from './data-type.ts';

/** Columns "Request Optionality" of the tables of TS-0004 §7.4: mandatory, optional, not permitted. */
export type Optionality = 'M' | 'O' | 'NP';
/** Announced always, when named in `aa`, never. */
export type Announcement = 'MA' | 'OA' | 'NA';

export interface Attribute<T = unknown> {
  readonly long: string;
  readonly type: DataType<T>;
  /** Whether the resource always has it: multiplicity 1 or 1 (L). UPDATE to null is refused then. */
  readonly mandatory: boolean;
  readonly create: Optionality;
  readonly update: Optionality;
  readonly announce: Announcement;
  /** False: part of the standard, not yet of this CSE; a request that uses it gets NOT_IMPLEMENTED. */
  readonly supported: boolean;
}

interface AttributeOptions<M extends boolean> {
  readonly mandatory?: M;
  readonly announce?: Announcement;
  readonly supported?: boolean;
}

/** One row of an attribute table. */
export const attribute = <T, const M extends boolean = false>(
  long: string,
  type: DataType<T>,
  create: Optionality,
  update: Optionality,
  options: AttributeOptions<M> = {},
): Attribute<T> & { readonly mandatory: M } => ({
  long,
  type,
  create,
  update,
  announce: options.announce ?? 'NA',
  supported: options.supported ?? true,
  mandatory: (options.mandatory ?? false) as M,
});

export type AttributeTable = Readonly<Record<string, Attribute>>;

/** What a resource of a type holds, derived from its table. */
export type AttributesOf<T extends AttributeTable> = {
  -readonly [K in keyof T as T[K]['mandatory'] extends true ? K : never]: T[K] extends Attribute<infer V> ? V : never;
} & {
  -readonly [K in keyof T]?: T[K] extends Attribute<infer V> ? V : never;
};

/** One resource type; everything else about it is derived from this. */
export interface ResourceDefinition {
  readonly type: number;
  /** `cnt` */
  readonly shortName: string;
  /** `container` */
  readonly longName: string;
  /** Name of the root element in content: `m2m:cnt`. */
  readonly element: string;
  readonly clause: string;
  /** Short names of the types it may be created under. */
  readonly parents: readonly string[];
  /** Short names of the types it may hold, whether or not this CSE has them. */
  readonly children: readonly string[];
  readonly virtualChildren: readonly string[];
  readonly attributes: AttributeTable;
  /** Whether the API may do this at all; otherwise OPERATION_NOT_ALLOWED. */
  readonly creatable: boolean;
  readonly updatable: boolean;
  readonly deletable: boolean;
}

interface Declared<T extends AttributeTable> {
  readonly type: number;
  readonly shortName: string;
  readonly longName: string;
  readonly clause: string;
  readonly parents: readonly string[];
  readonly children: readonly string[];
  readonly virtualChildren?: readonly string[];
  readonly attributes: T;
  readonly creatable?: boolean;
  readonly updatable?: boolean;
  readonly deletable?: boolean;
}

export const defineResource = <const T extends AttributeTable>(
  declared: Declared<T>,
): ResourceDefinition & { readonly attributes: T } => ({
  virtualChildren: [],
  creatable: true,
  updatable: true,
  deletable: true,
  element: `m2m:${declared.shortName}`,
  ...declared,
});
