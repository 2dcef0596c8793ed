/** Namespaces of the vocabularies that the declarations refer to. */
export const vocabularies = {
  ngsi: 'https://uri.etsi.org/ngsi-ld/',
  sdm: 'https://smartdatamodels.org/',
  waste: 'https://smartdatamodels.org/dataModel.WasteManagement/',
  lighting: 'https://smartdatamodels.org/dataModel.Streetlighting/',
  device: 'https://smartdatamodels.org/dataModel.Device/',
  energy: 'https://smartdatamodels.org/dataModel.Energy/',
  building: 'https://smartdatamodels.org/dataModel.Building/',
  weather: 'https://smartdatamodels.org/dataModel.Weather/',
  saref: 'https://saref.etsi.org/core/',
  s4city: 'https://saref.etsi.org/saref4city/',
  s4bldg: 'https://saref.etsi.org/saref4bldg/',
  s4ener: 'https://saref.etsi.org/saref4ener/',
  sosa: 'http://www.w3.org/ns/sosa/',
  schema: 'https://schema.org/',
  /** Terms no public vocabulary has yet. */
  alzette: 'https://alzette.example/ontology/',
} as const;

/** An IRI from its prefix and local name: `iri('saref', 'Power')`. */
export const iri = (prefix: keyof typeof vocabularies, name: string): string => `${vocabularies[prefix]}${name}`;
