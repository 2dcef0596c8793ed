import type { EntityType } from '../declaration.ts';
import { iri } from '../vocabularies.ts';
import { commonProperties } from './common.ts';

/**
 * Smart Data Models, dataModel.Building/Building, with the totals of dataModel.Energy/ACMeasurement as its own properties:
 * an operator looks at the building, not at its meter.
 */
export const building = {
  name: 'Building',
  label: { fr: 'Bâtiment', en: 'Building' },
  plural: { fr: 'Bâtiments', en: 'Buildings' },
  about: {
    fr: 'Un bâtiment public dont la gestion technique mesure l’énergie.',
    en: 'A public building whose management system meters energy.',
  },
  theme: 'energy',
  icon: 'building',
  term: iri('building', 'Building'),
  saref: [iri('s4bldg', 'Building'), iri('saref', 'FeatureOfInterest')],
  headline: 'activePower',
  chart: ['activePower', 'activeEnergyImport'],
  expectedIntervalSeconds: 900,
  properties: {
    ...commonProperties,
    activePower: {
      label: { fr: 'Puissance appelée', en: 'Power drawn' },
      // Negative while a building sends its solar production to the grid.
      schema: { type: 'number', minimum: -10_000, maximum: 10_000 },
      unitCode: 'KWT',
      display: { decimals: 1 },
      observed: true,
      term: iri('energy', 'totalActivePower'),
      saref: iri('saref', 'Power'),
    },
    reactivePower: {
      label: { fr: 'Puissance réactive', en: 'Reactive power' },
      schema: { type: 'number', minimum: -10_000, maximum: 10_000 },
      unitCode: 'KVR',
      display: { decimals: 1 },
      observed: true,
      term: iri('energy', 'totalReactivePower'),
    },
    activeEnergyImport: {
      label: { fr: 'Énergie consommée', en: 'Energy used' },
      schema: { type: 'number', minimum: 0, maximum: 1_000_000_000 },
      unitCode: 'KWH',
      display: { decimals: 1 },
      observed: true,
      term: iri('energy', 'totalActiveEnergyImport'),
      saref: iri('saref', 'Energy'),
    },
    activeEnergyExport: {
      label: { fr: 'Énergie injectée', en: 'Energy exported' },
      schema: { type: 'number', minimum: 0, maximum: 1_000_000_000 },
      unitCode: 'KWH',
      display: { decimals: 1 },
      observed: true,
      term: iri('energy', 'totalActiveEnergyExport'),
      saref: iri('saref', 'Energy'),
    },
    solarPower: {
      label: { fr: 'Puissance solaire', en: 'Solar power' },
      // Small negative values at night are the inverter's own draw.
      schema: { type: 'number', minimum: -10, maximum: 10_000 },
      unitCode: 'KWT',
      display: { decimals: 1 },
      observed: true,
      term: iri('alzette', 'solarPower'),
      saref: iri('saref', 'Power'),
    },
    voltage: {
      label: { fr: 'Tension', en: 'Voltage' },
      schema: { type: 'number', minimum: 0, maximum: 1000 },
      unitCode: 'VLT',
      display: { decimals: 0 },
      observed: true,
      term: iri('energy', 'voltage'),
    },
    current: {
      label: { fr: 'Intensité', en: 'Current' },
      schema: { type: 'number', minimum: 0, maximum: 10_000 },
      unitCode: 'AMP',
      display: { decimals: 1 },
      observed: true,
      term: iri('energy', 'current'),
    },
    category: {
      label: { fr: 'Usage', en: 'Use' },
      schema: { type: 'string', maxLength: 100 },
      term: iri('building', 'category'),
    },
    floorArea: {
      label: { fr: 'Surface', en: 'Floor area' },
      schema: { type: 'number', minimum: 0, maximum: 1_000_000 },
      unitCode: 'MTK',
      display: { decimals: 0 },
      term: iri('alzette', 'floorArea'),
    },
    solarPeakPower: {
      label: { fr: 'Puissance crête solaire', en: 'Solar peak power' },
      schema: { type: 'number', minimum: 0, maximum: 10_000 },
      unitCode: 'KWT',
      display: { unit: 'kWc', decimals: 0 },
      term: iri('alzette', 'solarPeakPower'),
    },
    subscribedPower: {
      label: { fr: 'Puissance souscrite', en: 'Contracted power' },
      schema: { type: 'number', minimum: 0, maximum: 10_000 },
      unitCode: 'KWT',
      display: { decimals: 0 },
      term: iri('alzette', 'subscribedPower'),
    },
  },
  commands: {},
} as const satisfies EntityType;
