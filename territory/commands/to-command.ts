import type { Command } from '../types.ts';
import type { CommandRow } from './command-table.ts';

export const toCommand = (row: CommandRow): Command => ({
  id: row.id,
  entity: row.entity,
  type: row.type,
  action: row.action,
  parameters: row.parameters,
  state: row.state,
  issuedBy: { id: row.byId, name: row.byName },
  issuedAt: row.issuedAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
  deadline: row.deadline.toISOString(),
  ...(row.outcome === null ? {} : { outcome: row.outcome }),
  seq: row.seq,
});
