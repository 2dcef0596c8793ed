import { announceable, common, universal } from './common.ts';
import { mgmtLinkRef } from './complex-types.ts';
import { anyUri, list, nonNegativeInteger, string } from './data-type.ts';
import { type AttributeTable, attribute, defineResource, type ResourceDefinition } from './definition.ts';

export const managementObjectType = 13;

/** Attributes of every <mgmtObj>, TS-0001 §9.6.15, TS-0004 §7.4.15. */
const inherited = {
  ...universal,
  et: common.et,
  lbl: common.lbl,
  acpi: common.acpi,
  daci: common.daci,
  cstn: common.cstn,
  ...announceable,
  mgd: attribute('mgmtDefinition', nonNegativeInteger, 'M', 'NP', { mandatory: true, announce: 'MA' }),
  mgs: attribute('mgmtSchema', anyUri, 'O', 'NP', { announce: 'MA' }),
  obis: attribute('objectIDs', list(anyUri, { minItems: 1 }), 'O', 'NP', { announce: 'MA' }),
  obps: attribute('objectPaths', list(anyUri, { minItems: 1 }), 'O', 'NP', { announce: 'MA' }),
  dc: attribute('description', string, 'O', 'O', { announce: 'OA' }),
  cmlk: attribute('mgmtLink', list(mgmtLinkRef, { minItems: 1 }), 'O', 'O', { announce: 'OA' }),
} as const;

/** What all management objects share; one always exists as one of its specializations. */
export const mgmtObj = defineResource({
  type: managementObjectType,
  shortName: 'mgo',
  longName: 'mgmtObj',
  clause: 'TS-0004 §7.4.15',
  parents: ['nod'],
  announced: { parents: ['csr', 'nodA', 'cbA'] },
  attributes: inherited,
});

interface Specialization<T extends AttributeTable> {
  /** mgmtDefinition, TS-0004 §6.3.4.2.22. */
  readonly mgd: number;
  readonly shortName: string;
  readonly longName: string;
  readonly clause: string;
  readonly atMost?: Readonly<Record<string, number>>;
  /** What it has beyond every management object: its [objectAttribute]s. */
  readonly attributes: T;
}

/** A specialization of <mgmtObj>: it has the type number 13 and an element of its own (TS-0004 Annex D). */
export const managementObject = <const T extends AttributeTable>({
  mgd,
  attributes,
  ...declared
}: Specialization<T>): ResourceDefinition & { readonly attributes: typeof inherited & T } =>
  defineResource({
    ...declared,
    type: managementObjectType,
    family: 'mgo',
    specialization: mgd,
    parents: mgmtObj.parents,
    announced: { parents: ['csr', 'nodA', 'cbA'] },
    attributes: { ...inherited, ...attributes },
  });
