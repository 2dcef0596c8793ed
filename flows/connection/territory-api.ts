import type { EntityFragment, JsonValue, LocalizedText } from '#ontologies';

/** The part of the territory's HTTP interface that flows use (`docs/territory`). */

export type Severity = 'critical' | 'major' | 'minor' | 'information';

/** Where something came from, down to the oneM2M resource. */
export interface Origin {
  readonly resource: string;
  /** Position in the change feed of the CSE. */
  readonly sequence?: number;
  /** `<mapping>@<version>` that produced it. */
  readonly mapping?: string;
}

export interface Update {
  readonly entity: EntityFragment;
  readonly origin: Origin;
}

export interface UpdateResult {
  readonly status: 'stored' | 'duplicate' | 'refused';
  readonly reason?: LocalizedText | string;
}

export interface AlertReport {
  readonly rule: string;
  readonly entity: string;
  readonly active: boolean;
  readonly severity: Severity;
  readonly message: LocalizedText;
  readonly value?: JsonValue;
  readonly unit?: string;
  readonly observedAt?: string;
  readonly origin?: Origin;
}

export interface AlertResult {
  readonly status: 'opened' | 'updated' | 'unchanged' | 'cleared' | 'refused';
  readonly reason?: LocalizedText | string;
}

export interface QuarantineReport {
  readonly reason: LocalizedText;
  readonly stage: string;
  readonly mapping?: string;
  readonly origin: Origin;
  readonly message: JsonValue;
}

/** Body of a `command` entry of the work feed. */
export interface CommandWork {
  readonly id: string;
  readonly entity: string;
  readonly type: string;
  readonly action: string;
  readonly parameters: Readonly<Record<string, JsonValue>>;
  readonly issuedAt: string;
  readonly origin: { readonly resource: string } | null;
}

/** Body of a `replay` entry of the work feed. */
export interface ReplayWork {
  readonly quarantineId: string;
  readonly message: JsonValue;
}

/** A reason in both languages, whatever the other side gave. */
export function bothLanguages(reason: LocalizedText | string | undefined): LocalizedText {
  if (typeof reason === 'object') return reason;
  const text = reason ?? 'sans raison donnée';
  return { fr: text, en: reason ?? 'no reason given' };
}
