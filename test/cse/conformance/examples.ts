import type { JsonObject } from '#cse';

/** Where and how the tests create a resource of a type, when its table alone does not tell. */
export interface Example {
  /** Short name of the parent; default: the first of these that may hold it: ae, cb, cnt, nod, sub … */
  readonly parent?: string;
  /** What has to be said beyond the mandatory attributes, or instead of the values made from their data types. */
  readonly content?: JsonObject;
  readonly from?: string;
  /** Attributes that only go with others, or only with certain values: not tried alone. Each has tests of its own. */
  readonly notAlone?: readonly string[];
}

/** Addresses of resources that exist when the tests begin. */
export const existing = {
  policy: 'cse-in/acp',
  container: 'cse-in/ae/cnt',
  dead: 'http://127.0.0.1:9/nobody',
} as const;

const privileges = { acr: [{ acor: ['CAdmin'], acop: 63 }] };

export const examples: Readonly<Record<string, Example>> = {
  acp: { content: { pv: privileges, pvs: privileges } },
  ae: { from: 'Cnew', content: { api: 'N.test', srv: ['3'] } },
  cin: { content: { con: 'x' } },
  sub: { content: { nu: [existing.dead] } },
};

/** Values for attributes whose data type does not tell what makes sense; by short name of the attribute. */
export const values: JsonObject = {
  acpi: [existing.policy],
  loc: { typ: 1, crd: '[5.95,49.47]' },
  nu: [existing.dead],
  lnk: '/cse-mn/cse-mn/original',
};
