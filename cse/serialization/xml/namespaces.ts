/** Namespace of the protocols (TS-0004 Annex F); those of the domains of TS-0023 lie below it. */
const protocols = 'http://www.onem2m.org/xml/protocols';
export const schemaInstance = 'http://www.w3.org/2001/XMLSchema-instance';
const xml = 'http://www.w3.org/XML/1998/namespace';

/** Domains of FlexContainer specializations by the prefix of their elements, TS-0023 §6. */
const domains: Readonly<Record<string, string>> = {
  agd: 'agriculturedomain',
  cid: 'citydomain',
  cod: 'commondomain',
  hed: 'healthdomain',
  hod: 'homedomain',
  ind: 'industrydomain',
  mad: 'managementdomain',
  mid: 'metadatadomain',
  psd: 'publicsafetydomain',
  rad: 'railwaydomain',
  ved: 'vehiculardomain',
};

/** Namespace a prefix stands for in what this CSE writes. */
export const namespaceOf = (prefix: string): string =>
  prefix === 'm2m' ? protocols : `${protocols}/${domains[prefix] ?? prefix}`;

const prefixes = new Map([
  [protocols, 'm2m'],
  [schemaInstance, 'xsi'],
  [xml, 'xml'],
  ...Object.keys(domains).map((prefix) => [namespaceOf(prefix), prefix] as const),
]);

/** Name with the prefix this CSE uses; one of its own choice is kept in a namespace that is not known. */
export function nameIn(namespace: string, prefix: string, local: string): string {
  const known = namespace === '' ? prefix : (prefixes.get(namespace) ?? prefix);
  return known === '' ? local : `${known}:${local}`;
}
