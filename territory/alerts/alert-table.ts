import { EntitySchema } from 'typeorm';
import type { LocalizedText } from '#ontologies';
import type { AlertEvent, AlertState, Origin, Scalar, Severity } from '../types.ts';

/** One row of `territory.alert`. */
export interface AlertRow {
  id: string;
  rule: string;
  entity: string;
  state: AlertState;
  severity: Severity;
  message: LocalizedText;
  value: Scalar;
  unit: string | null;
  origin: Origin | null;
  observedAt: Date | null;
  /** Whether the rule still says so, even when an operator has closed the alert. */
  isConditionActive: boolean;
  openedAt: Date;
  updatedAt: Date;
  endedAt: Date | null;
  eventCount: number;
  seq: number;
}

export const alertTable = new EntitySchema<AlertRow>({
  name: 'alert',
  schema: 'territory',
  tableName: 'alert',
  columns: {
    id: { type: 'uuid', primary: true },
    rule: { type: 'text' },
    entity: { type: 'text' },
    state: { type: 'text' },
    severity: { type: 'text' },
    message: { type: 'jsonb' },
    value: { type: 'jsonb', nullable: true },
    unit: { type: 'text', nullable: true },
    origin: { type: 'jsonb', nullable: true },
    observedAt: { name: 'observed_at', type: 'timestamptz', precision: 3, nullable: true },
    isConditionActive: { name: 'is_condition_active', type: 'boolean' },
    openedAt: { name: 'opened_at', type: 'timestamptz', precision: 3 },
    updatedAt: { name: 'updated_at', type: 'timestamptz', precision: 3 },
    endedAt: { name: 'ended_at', type: 'timestamptz', precision: 3, nullable: true },
    eventCount: { name: 'event_count', type: 'integer' },
    seq: { type: 'bigint', transformer: { to: (seq: number) => seq, from: Number } },
  },
});

/** One row of `territory.alert_event`. */
export interface AlertEventRow {
  id?: number;
  alert: string;
  at: Date;
  kind: AlertEvent['kind'];
  byId: string;
  byName: string;
  note: string | null;
}

export const alertEventTable = new EntitySchema<AlertEventRow>({
  name: 'alert_event',
  schema: 'territory',
  tableName: 'alert_event',
  columns: {
    id: { type: 'bigint', primary: true, generated: 'increment' },
    alert: { type: 'uuid' },
    at: { type: 'timestamptz', precision: 3 },
    kind: { type: 'text' },
    byId: { name: 'by_id', type: 'text' },
    byName: { name: 'by_name', type: 'text' },
    note: { type: 'text', nullable: true },
  },
});
