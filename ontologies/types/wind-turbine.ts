import type { EntityType, PropertyDeclaration } from '../declaration.ts';
import { iri } from '../vocabularies.ts';
import { commonProperties } from './common.ts';

const bearing = {
  schema: { type: 'number', minimum: 0, maximum: 360 },
  unitCode: 'DD',
  display: { decimals: 0 },
  observed: true,
} as const satisfies Partial<PropertyDeclaration>;

const temperature = {
  schema: { type: 'number', minimum: -60, maximum: 300 },
  unitCode: 'CEL',
  display: { decimals: 1 },
  observed: true,
  saref: iri('saref', 'Temperature'),
} as const satisfies Partial<PropertyDeclaration>;

/**
 * Smart Data Models has no wind turbine. Shared quantities keep its terms; the others are ours, with the quantities of
 * IEC 61400-25 in mind (active power, wind speed, rotor speed, yaw, pitch).
 */
export const windTurbine = {
  name: 'WindTurbine',
  label: { fr: 'Éolienne', en: 'Wind turbine' },
  plural: { fr: 'Éoliennes', en: 'Wind turbines' },
  about: {
    fr: 'Une éolienne raccordée au réseau, suivie par son système de conduite.',
    en: 'A grid-connected wind turbine followed by its control system.',
  },
  theme: 'wind',
  icon: 'wind-turbine',
  term: iri('alzette', 'WindTurbine'),
  saref: [iri('s4ener', 'Device'), iri('saref', 'Device')],
  headline: 'activePower',
  chart: ['activePower', 'windSpeed'],
  expectedIntervalSeconds: 600,
  properties: {
    ...commonProperties,
    activePower: {
      label: { fr: 'Puissance produite', en: 'Power produced' },
      // A stopped turbine draws power for its auxiliaries: slightly negative is real.
      schema: { type: 'number', minimum: -1000, maximum: 20_000 },
      unitCode: 'KWT',
      display: { decimals: 0 },
      observed: true,
      term: iri('energy', 'activePower'),
      saref: iri('saref', 'Power'),
    },
    reactivePower: {
      label: { fr: 'Puissance réactive', en: 'Reactive power' },
      schema: { type: 'number', minimum: -20_000, maximum: 20_000 },
      unitCode: 'KVR',
      display: { decimals: 0 },
      observed: true,
      term: iri('energy', 'reactivePower'),
    },
    windSpeed: {
      label: { fr: 'Vitesse du vent', en: 'Wind speed' },
      schema: { type: 'number', minimum: 0, maximum: 100 },
      unitCode: 'MTS',
      display: { decimals: 1 },
      observed: true,
      term: iri('weather', 'windSpeed'),
    },
    windDirection: {
      label: { fr: 'Direction du vent', en: 'Wind direction' },
      ...bearing,
      term: iri('weather', 'windDirection'),
    },
    nacelleDirection: {
      label: { fr: 'Orientation de la nacelle', en: 'Nacelle direction' },
      ...bearing,
      term: iri('alzette', 'nacelleDirection'),
    },
    rotorSpeed: {
      label: { fr: 'Vitesse du rotor', en: 'Rotor speed' },
      schema: { type: 'number', minimum: -5, maximum: 100 },
      unitCode: 'RPM',
      display: { decimals: 1 },
      observed: true,
      term: iri('alzette', 'rotorSpeed'),
    },
    generatorSpeed: {
      label: { fr: 'Vitesse de la génératrice', en: 'Generator speed' },
      schema: { type: 'number', minimum: -100, maximum: 5000 },
      unitCode: 'RPM',
      display: { decimals: 0 },
      observed: true,
      term: iri('alzette', 'generatorSpeed'),
    },
    pitchAngle: {
      label: { fr: 'Calage des pales', en: 'Blade pitch' },
      schema: { type: 'number', minimum: -180, maximum: 360 },
      unitCode: 'DD',
      display: { decimals: 1 },
      observed: true,
      term: iri('alzette', 'pitchAngle'),
    },
    outdoorTemperature: {
      label: { fr: 'Température extérieure', en: 'Outdoor temperature' },
      ...temperature,
      term: iri('weather', 'temperature'),
    },
    nacelleTemperature: {
      label: { fr: 'Température de la nacelle', en: 'Nacelle temperature' },
      ...temperature,
      term: iri('alzette', 'nacelleTemperature'),
    },
    gearboxOilTemperature: {
      label: { fr: 'Température d’huile du multiplicateur', en: 'Gearbox oil temperature' },
      ...temperature,
      term: iri('alzette', 'gearboxOilTemperature'),
    },
    gridFrequency: {
      label: { fr: 'Fréquence du réseau', en: 'Grid frequency' },
      schema: { type: 'number', minimum: 0, maximum: 100 },
      unitCode: 'HTZ',
      display: { decimals: 2 },
      observed: true,
      term: iri('energy', 'frequency'),
    },
    gridVoltage: {
      label: { fr: 'Tension du réseau', en: 'Grid voltage' },
      schema: { type: 'number', minimum: 0, maximum: 100_000 },
      unitCode: 'VLT',
      display: { decimals: 0 },
      observed: true,
      term: iri('energy', 'voltage'),
    },
    status: {
      label: { fr: 'État', en: 'Status' },
      schema: { enum: ['producing', 'idle', 'stopped', 'fault', 'maintenance', 'unknown'] },
      choices: {
        producing: { fr: 'En production', en: 'Producing' },
        idle: { fr: 'En attente de vent', en: 'Waiting for wind' },
        stopped: { fr: 'À l’arrêt', en: 'Stopped' },
        fault: { fr: 'En défaut', en: 'Fault' },
        maintenance: { fr: 'En maintenance', en: 'Maintenance' },
        unknown: { fr: 'Inconnu', en: 'Unknown' },
      },
      observed: true,
      term: iri('ngsi', 'status'),
    },
    ratedPower: {
      label: { fr: 'Puissance nominale', en: 'Rated power' },
      schema: { type: 'number', minimum: 0, maximum: 20_000 },
      unitCode: 'KWT',
      display: { decimals: 0 },
      term: iri('alzette', 'ratedPower'),
    },
    hubHeight: {
      label: { fr: 'Hauteur du moyeu', en: 'Hub height' },
      schema: { type: 'number', minimum: 0, maximum: 300 },
      unitCode: 'MTR',
      display: { decimals: 0 },
      term: iri('alzette', 'hubHeight'),
    },
    rotorDiameter: {
      label: { fr: 'Diamètre du rotor', en: 'Rotor diameter' },
      schema: { type: 'number', minimum: 0, maximum: 300 },
      unitCode: 'MTR',
      display: { decimals: 0 },
      term: iri('alzette', 'rotorDiameter'),
    },
  },
  commands: {},
} as const satisfies EntityType;
