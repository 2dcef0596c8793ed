import { EntitySchema } from 'typeorm';
import type { LocalizedText } from '#ontologies';
import type { QuarantineState } from '../types.ts';

/** One row of `territory.quarantine`. */
export interface QuarantineRow {
  id: string;
  state: QuarantineState;
  stage: string;
  reason: LocalizedText;
  mapping: string | null;
  originResource: string;
  originSequence: number | null;
  /** JSON text. */
  message: string;
  attempts: number;
  createdAt: Date;
  updatedAt: Date;
  replayedById: string | null;
  replayedByName: string | null;
}

export const quarantineTable = new EntitySchema<QuarantineRow>({
  name: 'quarantine',
  schema: 'territory',
  tableName: 'quarantine',
  columns: {
    id: { type: 'uuid', primary: true },
    state: { type: 'text' },
    stage: { type: 'text' },
    reason: { type: 'jsonb' },
    mapping: { type: 'text', nullable: true },
    originResource: { name: 'origin_resource', type: 'text' },
    originSequence: {
      name: 'origin_sequence',
      type: 'bigint',
      nullable: true,
      transformer: {
        to: (sequence: number | null) => sequence,
        from: (sequence: unknown) => (sequence === null ? null : Number(sequence)),
      },
    },
    message: { type: 'text' },
    attempts: { type: 'integer' },
    createdAt: { name: 'created_at', type: 'timestamptz', precision: 3 },
    updatedAt: { name: 'updated_at', type: 'timestamptz', precision: 3 },
    replayedById: { name: 'replayed_by_id', type: 'text', nullable: true },
    replayedByName: { name: 'replayed_by_name', type: 'text', nullable: true },
  },
});
