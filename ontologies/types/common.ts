import type { PropertyDeclaration } from '../declaration.ts';
import { iri } from '../vocabularies.ts';

/** What any object of the territory may say of itself (Smart Data Models, GSMA-Commons and Device). */
export const commonProperties = {
  name: {
    label: { fr: 'Nom', en: 'Name' },
    schema: { type: 'string', maxLength: 200 },
    term: iri('sdm', 'name'),
  },
  description: {
    label: { fr: 'Description', en: 'Description' },
    schema: { type: 'string', maxLength: 2000 },
    term: iri('ngsi', 'description'),
  },
  address: {
    label: { fr: 'Adresse', en: 'Address' },
    schema: {
      type: 'object',
      additionalProperties: false,
      properties: {
        streetAddress: { type: 'string', maxLength: 200 },
        addressLocality: { type: 'string', maxLength: 100 },
        postalCode: { type: 'string', maxLength: 16 },
        addressCountry: { type: 'string', maxLength: 2 },
      },
    },
    term: iri('sdm', 'address'),
  },
  model: {
    label: { fr: 'Modèle', en: 'Model' },
    schema: { type: 'string', maxLength: 200 },
    term: iri('saref', 'hasModel'),
  },
  vendor: {
    label: { fr: 'Fabricant', en: 'Manufacturer' },
    schema: { type: 'string', maxLength: 200 },
    term: iri('saref', 'hasManufacturer'),
  },
  demonstration: {
    label: { fr: 'Démonstration', en: 'Demonstration' },
    schema: { type: 'boolean' },
    term: iri('alzette', 'demonstration'),
  },
  reportingInterval: {
    label: { fr: 'Intervalle entre deux mesures', en: 'Interval between reports' },
    schema: { type: 'number', minimum: 1, maximum: 31_536_000 },
    unitCode: 'SEC',
    term: iri('alzette', 'reportingInterval'),
  },
} as const satisfies Readonly<Record<string, PropertyDeclaration>>;

/** What a battery-powered radio device reports of itself. */
export const radioProperties = {
  batteryLevel: {
    label: { fr: 'Batterie', en: 'Battery' },
    schema: { type: 'number', minimum: 0, maximum: 1 },
    unitCode: 'C62',
    display: { unit: '%', factor: 100, decimals: 0 },
    observed: true,
    term: iri('device', 'batteryLevel'),
  },
  batteryVoltage: {
    label: { fr: 'Tension de la batterie', en: 'Battery voltage' },
    schema: { type: 'number', minimum: 0, maximum: 60 },
    unitCode: 'VLT',
    display: { decimals: 2 },
    observed: true,
    term: iri('alzette', 'batteryVoltage'),
  },
  rssi: {
    label: { fr: 'Force du signal radio', en: 'Radio signal strength' },
    schema: { type: 'number', minimum: -200, maximum: 50 },
    unitCode: 'DBM',
    display: { decimals: 0 },
    observed: true,
    term: iri('device', 'rssi'),
  },
} as const satisfies Readonly<Record<string, PropertyDeclaration>>;
