import type { JsonValue, LocalizedText } from './entity.ts';

export type Theme = 'waste' | 'lighting' | 'wind' | 'energy';

/** What a console needs to show one property; plain JSON. */
export interface PropertyDescription {
  readonly name: string;
  readonly label: LocalizedText;
  /** Kind of value: how it is drawn and compared. */
  readonly kind: 'number' | 'text' | 'choice' | 'flag' | 'time' | 'object';
  /** UN/CEFACT code of the unit the value is stored in. */
  readonly unitCode?: string;
  /** How the value is shown: `%` with factor 100 for a fraction, `°C`, `kW`… */
  readonly display: { readonly unit: string; readonly factor: number; readonly decimals: number };
  /** Expected range, for gauges and chart axes. */
  readonly minimum?: number;
  readonly maximum?: number;
  readonly choices?: Readonly<Record<string, LocalizedText>>;
  /** It varies over time and has a history. */
  readonly observed: boolean;
  /** Term in a public vocabulary. */
  readonly term: string;
}

export interface CommandDescription {
  readonly action: string;
  readonly label: LocalizedText;
  /** JSON Schema of the parameters. */
  readonly parameters: { readonly [key: string]: JsonValue };
  /** The property that will show the effect. */
  readonly effect: { readonly property: string };
}

export interface TypeDescription {
  readonly name: string;
  readonly label: LocalizedText;
  readonly plural: LocalizedText;
  readonly theme: Theme;
  readonly icon: string;
  /** The property that sums the entity up on a map. */
  readonly headline: string;
  /** Properties of the default chart, most telling first. */
  readonly chart: readonly string[];
  readonly expectedIntervalSeconds: number;
  readonly properties: readonly PropertyDescription[];
  readonly commands: readonly CommandDescription[];
  readonly term: string;
}
