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
  /** `cnt`; a specialization has its own: `fwr` for type 13. */
  readonly shortName: string;
  /** `container` */
  readonly longName: string;
  /** Name of the root element in content: `m2m:cnt`. */
  readonly element: string;
  readonly clause: string;
  /** Short names of the types it may be created under. */
  readonly parents: readonly string[];
  /** Name its type goes by in the lists of parents, when it is not its own: `mgo` for `fwr`. */
  readonly family: string;
  /** Children of this type that a parent of the named type may have. */
  readonly atMost: Readonly<Record<string, number>>;
  /** The only name a child of this type may have below a parent of the named type. */
  readonly nameBelow: Readonly<Record<string, string>>;
  readonly virtualChildren: readonly string[];
  /** Elements of specializations it may hold beside those that name its family among their parents: `cod:lock`. */
  readonly children: readonly string[];
  readonly attributes: AttributeTable;
  /** Where its announced variant may be created; undefined: it cannot be announced. */
  readonly announced?: { readonly parents: readonly string[] };
  /** Value of `mgd` or `cnd` that tells a specialization from others of its type. */
  readonly specialization?: number | string;
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
  readonly attributes: T;
  readonly element?: string;
  readonly family?: string;
  readonly atMost?: Readonly<Record<string, number>>;
  readonly nameBelow?: Readonly<Record<string, string>>;
  readonly virtualChildren?: readonly string[];
  readonly children?: readonly string[];
  readonly announced?: { readonly parents: readonly string[] };
  readonly specialization?: number | string;
  readonly creatable?: boolean;
  readonly updatable?: boolean;
  readonly deletable?: boolean;
}

export const defineResource = <const T extends AttributeTable>(
  declared: Declared<T>,
): ResourceDefinition & { readonly attributes: T } => ({
  virtualChildren: [],
  children: [],
  atMost: {},
  nameBelow: {},
  creatable: true,
  updatable: true,
  deletable: true,
  element: `m2m:${declared.shortName}`,
  family: declared.shortName,
  ...declared,
});
