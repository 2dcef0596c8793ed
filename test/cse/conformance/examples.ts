import type { JsonObject } from '#cse';

/** Where and how the tests create a resource of a type, when its table alone does not tell. */
export interface Example {
  /** Short name of the parent; default: the first of these that may hold it: ae, cb, cnt, nod, sub … */
  readonly parent?: string;
  /** What has to be said beyond the mandatory attributes, or instead of the values made from their data types. */
  readonly content?: JsonObject;
  /** Stem of the originators that create it, each once; for what registers. */
  readonly from?: string;
  /** The only originator that may do anything with it. */
  readonly as?: string;
  /** Attributes that only go with others, or only with certain values: not tried alone. Each has tests of its own. */
  readonly notAlone?: readonly string[];
  /** Optional attributes that have to be there. */
  readonly needs?: readonly string[];
  /** What a DELETE is answered, when the CSE keeps such resources. */
  readonly kept?: number;
}

/** Addresses of resources that exist when the tests begin. */
export const existing = {
  policy: 'cse-in/acp',
  container: 'cse-in/ae/cnt',
  profile: 'cse-in/profile',
  dead: 'http://127.0.0.1:9/nobody',
} as const;

const privileges = { acr: [{ acor: ['CAdmin'], acop: 63 }] };

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const rdfXml = base64('<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>');
const turtle = base64('<urn:a> a <urn:B> .');
const condition = { optr: 3, sbjt: 'mni', thld: 5 };

/** Types that only make sense together with others; the files named here go through them. */
export const withTestsOfTheirOwn: Readonly<Record<string, string>> = {
  dlv: 'delivery.api.test.ts',
  lmg: 'multicast-groups.api.test.ts',
  trac: 'transactions.api.test.ts',
  tram: 'transactions.api.test.ts',
};

const examples: Readonly<Record<string, Example>> = {
  acp: { content: { pv: privileges, pvs: privileges }, notAlone: ['adri', 'apri', 'airi'] },
  auds: { notAlone: ['to', 'fr', 'op', 'rrt', 'fu', 'rids', 'tids', 'tkns', 'rtm', 'olo', 'oip'] },
  aupy: { notAlone: ['to'] },
  auif: { notAlone: ['fr', 'rids', 'tids'] },
  ae: { from: 'Cnew', content: { api: 'N.test', srv: ['3'] } },
  actr: {
    parent: 'cnt',
    content: {
      evc: condition,
      evm: 0,
      orc: existing.container,
      apv: { op: 3, fr: 'CAdmin', to: existing.container, rqi: 'x', rvi: '4', pc: { 'm2m:cnt': { lbl: ['full'] } } },
    },
    notAlone: ['ecp', 'dep', 'evm', 'ipu'],
  },
  bdt: { notAlone: ['gli', 'mid'] },
  cin: { content: { con: 'x' }, notAlone: ['at'] },
  csr: { from: '/cse-', content: { cb: '/cse-other/cse', rr: true, srv: ['3'] }, notAlone: ['cst'] },
  crs: {
    content: { rrat: [existing.container], encs: { encn: [{ net: [3] }] }, tws: 'PT10S' },
    notAlone: ['rrat', 'srat', 'encs', 'eem'],
  },
  depr: { content: { rri: existing.container, evc: condition, sfc: true } },
  evcg: { notAlone: ['evs', 'eve', 'ds'] },
  lcp: { content: { los: 2 }, notAlone: ['gta', 'gec', 'rlkl', 'luec'] },
  mgo: { notAlone: ['mgs'] },
  wific: { content: { scan: false }, notAlone: ['mgs'] },
  mgc: { notAlone: ['exe'] },
  grp: { content: { mnm: 5, mid: [existing.container] }, notAlone: ['spty'] },
  pch: { as: 'Cae' },
  tsi: { notAlone: ['at'] },
  ts: { notAlone: ['mdd'] },
  tsb: { content: { bcnc: 1 }, notAlone: ['bcnc', 'bcnr', 'bcnt'] },
  sch: { parent: 'nod' },
  fcnt: { notAlone: ['mni', 'mbs', 'mia'] },
  ont: { content: { ontf: 5, ontc: turtle }, notAlone: ['ontf', 'soe'] },
  smd: { content: { dcrp: 5, dsp: turtle }, notAlone: ['dcrp', 'soe', 'vlde'] },
  smi: {
    content: { mjid: existing.profile, jpin: rdfXml, mst: 1, rgt: [2], msm: { msm: [{ muri: existing.container }] } },
    notAlone: ['jpin', 'msm', 'mst', 'rgt'],
  },
  prp: { parent: 'cb', notAlone: ['adds', 'dels', 'appl'] },
  prmr: { notAlone: ['atcos', 'encos', 'inst', 'prct'] },
  smjp: { content: { mbft: 'ASK { ?s ?p ?o }', uptd: rdfXml, fucd: rdfXml } },
  stcl: { needs: ['evi'], notAlone: ['evi'] },
  svsn: { content: { csi: '/id-in' } },
  tgr: { kept: 5220, notAlone: ['tri', 'tpe', 'tvt', 'tiae', 'tia', 'tio', 'tirt'] },
  stte: { notAlone: ['stac', 'sttrs'] },
  sub: { content: { nu: [existing.dead] } },
};

/** By the type's own short name, or that of what it specializes. */
export const exampleOf = ({ shortName, family }: { shortName: string; family: string }): Example =>
  examples[shortName] ?? examples[family] ?? {};

/** Values for attributes whose data type does not tell what makes sense; by short name of the attribute. */
export const values: JsonObject = {
  at: ['/cse-nowhere'],
  aai: ['N.test'],
  acpi: [existing.policy],
  loc: { typ: 1, crd: '[5.95,49.47]' },
  nu: [existing.dead],
  npi: 'cse-in/ntpDefault',
  mid: [existing.container],
  macp: [existing.policy],
  sri: existing.container,
  soe: 'INSERT DATA { <urn:a> <urn:b> <urn:c> }',
  iptd: rdfXml,
  uptd: rdfXml,
  fucd: rdfXml,
  jpin: rdfXml,
  lnk: '/cse-mn/cse-mn/original',
};
