import type { Theme } from './description.ts';
import type { JsonValue, LocalizedText } from './entity.ts';
import type { UnitCode } from './units.ts';

/** The part of JSON Schema 2020-12 that values of properties are declared with. */
export type ValueSchema =
  | { readonly type: 'number' | 'integer'; readonly minimum?: number; readonly maximum?: number }
  | { readonly type: 'string'; readonly maxLength: number; readonly format?: 'date-time' }
  | { readonly enum: readonly string[] }
  | { readonly type: 'boolean' }
  | {
      readonly type: 'object';
      readonly properties: Readonly<Record<string, { readonly type: 'string'; readonly maxLength: number }>>;
      readonly additionalProperties: false;
    };

/** One property of an entity type. */
export interface PropertyDeclaration {
  readonly label: LocalizedText;
  readonly schema: ValueSchema;
  /** Unit the value is stored in. */
  readonly unitCode?: UnitCode;
  /** How a person sees it, when not as stored: a fraction as a percentage. */
  readonly display?: { readonly unit?: string; readonly factor?: number; readonly decimals?: number };
  /** Label of each value of an `enum`. */
  readonly choices?: Readonly<Record<string, LocalizedText>>;
  /** It varies over time: it carries `observedAt` and has a history. */
  readonly observed?: true;
  /** Term of a public vocabulary, an IRI. */
  readonly term: string;
  /** What SAREF calls the thing measured, a class IRI. */
  readonly saref?: string;
}

/** Something an operator may ask of an entity. */
export interface CommandDeclaration {
  readonly label: LocalizedText;
  /** JSON Schema of the parameters: closed, numbers with both bounds. */
  readonly parameters: {
    readonly type: 'object';
    readonly required: readonly string[];
    readonly additionalProperties: false;
    readonly properties: Readonly<
      Record<string, { readonly type: 'number' | 'integer'; readonly minimum: number; readonly maximum: number }>
    >;
  };
  /**
   * What shows that it was obeyed: `property` equals `parameter` × `factor` within `tolerance`, or the device repeats the
   * command's id in `echo`.
   */
  readonly effect: {
    readonly property: string;
    readonly parameter: string;
    readonly factor: number;
    readonly tolerance: number;
    readonly echo?: string;
  };
  readonly saref?: string;
}

/** One entity type: everything else about it (validator, context, console, dictionary) is derived from this. */
export interface EntityType {
  readonly name: string;
  readonly label: LocalizedText;
  readonly plural: LocalizedText;
  readonly about: LocalizedText;
  readonly theme: Theme;
  readonly icon: string;
  /** Term of a public vocabulary, an IRI. */
  readonly term: string;
  /** Classes of SAREF and its extensions that an instance also is. */
  readonly saref: readonly string[];
  readonly headline: string;
  /** Properties of the default chart. */
  readonly chart: readonly string[];
  /** How often a device normally reports, unless its `reportingInterval` says otherwise. */
  readonly expectedIntervalSeconds: number;
  readonly properties: Readonly<Record<string, PropertyDeclaration>>;
  readonly commands: Readonly<Record<string, CommandDeclaration>>;
}

type ValueOf<S> = S extends { readonly enum: readonly (infer Choice)[] }
  ? Choice
  : S extends { readonly type: 'number' | 'integer' }
    ? number
    : S extends { readonly type: 'string' }
      ? string
      : S extends { readonly type: 'boolean' }
        ? boolean
        : { readonly [key: string]: JsonValue };

/** The plain values of an entity, such as a mapping gives: `Values<typeof streetlight>['powerState']` is `'on' | 'off' | …`. */
export type Values<T extends EntityType> = {
  readonly [Name in keyof T['properties']]?: ValueOf<T['properties'][Name]['schema']>;
};
