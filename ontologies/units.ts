import type { LocalizedText } from './entity.ts';

/** A unit of measure, named by its code in UN/CEFACT Recommendation 20 (the `unitCode` of NGSI-LD). */
export interface Unit {
  readonly symbol: string;
  readonly label: LocalizedText;
  /** The same unit in QUDT. */
  readonly qudt: string;
}

const qudt = (name: string): string => `http://qudt.org/vocab/unit/${name}`;

/** The units that values are stored in, by UN/CEFACT code. Sources are converted on the way in, by their mapping. */
export const units = {
  C62: { symbol: '', label: { fr: 'sans unité', en: 'dimensionless' }, qudt: qudt('UNITLESS') },
  CEL: { symbol: '°C', label: { fr: 'degré Celsius', en: 'degree Celsius' }, qudt: qudt('DEG_C') },
  MMT: { symbol: 'mm', label: { fr: 'millimètre', en: 'millimetre' }, qudt: qudt('MilliM') },
  MTR: { symbol: 'm', label: { fr: 'mètre', en: 'metre' }, qudt: qudt('M') },
  MTK: { symbol: 'm²', label: { fr: 'mètre carré', en: 'square metre' }, qudt: qudt('M2') },
  LTR: { symbol: 'l', label: { fr: 'litre', en: 'litre' }, qudt: qudt('L') },
  KEL: { symbol: 'K', label: { fr: 'kelvin', en: 'kelvin' }, qudt: qudt('K') },
  SEC: { symbol: 's', label: { fr: 'seconde', en: 'second' }, qudt: qudt('SEC') },
  HUR: { symbol: 'h', label: { fr: 'heure', en: 'hour' }, qudt: qudt('HR') },
  DD: { symbol: '°', label: { fr: 'degré', en: 'degree' }, qudt: qudt('DEG') },
  MTS: { symbol: 'm/s', label: { fr: 'mètre par seconde', en: 'metre per second' }, qudt: qudt('M-PER-SEC') },
  RPM: { symbol: 'tr/min', label: { fr: 'tour par minute', en: 'revolution per minute' }, qudt: qudt('REV-PER-MIN') },
  WTT: { symbol: 'W', label: { fr: 'watt', en: 'watt' }, qudt: qudt('W') },
  KWT: { symbol: 'kW', label: { fr: 'kilowatt', en: 'kilowatt' }, qudt: qudt('KiloW') },
  KVR: { symbol: 'kvar', label: { fr: 'kilovar', en: 'kilovar' }, qudt: qudt('KiloV-A_Reactive') },
  KWH: { symbol: 'kWh', label: { fr: 'kilowattheure', en: 'kilowatt hour' }, qudt: qudt('KiloW-HR') },
  VLT: { symbol: 'V', label: { fr: 'volt', en: 'volt' }, qudt: qudt('V') },
  AMP: { symbol: 'A', label: { fr: 'ampère', en: 'ampere' }, qudt: qudt('A') },
  HTZ: { symbol: 'Hz', label: { fr: 'hertz', en: 'hertz' }, qudt: qudt('HZ') },
  NU: { symbol: 'N·m', label: { fr: 'newton mètre', en: 'newton metre' }, qudt: qudt('N-M') },
  DBM: { symbol: 'dBm', label: { fr: 'décibel-milliwatt', en: 'decibel-milliwatt' }, qudt: qudt('DeciB_M') },
} as const satisfies Readonly<Record<string, Unit>>;

export type UnitCode = keyof typeof units;
