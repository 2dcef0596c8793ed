import { EntitySchema } from 'typeorm';
import type { LocalizedText } from '#ontologies';
import type { CommandState } from '../types.ts';

/** One row of `territory.command`. */
export interface CommandRow {
  id: string;
  entity: string;
  type: string;
  action: string;
  parameters: Readonly<Record<string, number>>;
  state: CommandState;
  byId: string;
  byName: string;
  issuedAt: Date;
  updatedAt: Date;
  deadline: Date;
  outcome: LocalizedText | null;
  seq: number;
}

export const commandTable = new EntitySchema<CommandRow>({
  name: 'command',
  schema: 'territory',
  tableName: 'command',
  columns: {
    id: { type: 'uuid', primary: true },
    entity: { type: 'text' },
    type: { type: 'text' },
    action: { type: 'text' },
    parameters: { type: 'jsonb' },
    state: { type: 'text' },
    byId: { name: 'by_id', type: 'text' },
    byName: { name: 'by_name', type: 'text' },
    issuedAt: { name: 'issued_at', type: 'timestamptz', precision: 3 },
    updatedAt: { name: 'updated_at', type: 'timestamptz', precision: 3 },
    deadline: { type: 'timestamptz', precision: 3 },
    outcome: { type: 'jsonb', nullable: true },
    seq: { type: 'bigint', transformer: { to: (seq: number) => seq, from: Number } },
  },
});
