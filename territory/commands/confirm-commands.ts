import { type CommandDeclaration, type LocalizedText, typeOf } from '#ontologies';
import type { Entity } from '../types.ts';
import type { WriteTransaction } from '../writer.ts';
import { type CommandRow, commandTable } from './command-table.ts';
import { toCommand } from './to-command.ts';

/** A device that comes back may still report a command that had timed out. */
const lateMs = 24 * 3600_000;

/** Confirms the commands that the reports in a batch show as obeyed. */
export async function confirmCommands(transaction: WriteTransaction, entities: readonly Entity[]): Promise<void> {
  const commandable = new Map(
    entities
      .filter(({ type }) => Object.keys(typeOf(type)?.commands ?? {}).length > 0)
      .map((entity) => [entity.id, entity]),
  );
  if (commandable.size === 0) return;
  const { manager, client, now } = transaction;
  const { rows } = await client.query<{ id: string }>({
    name: 'territory waiting commands',
    text: `SELECT id FROM territory.command
      WHERE entity = ANY($1::text[]) AND state IN ('issued', 'sent', 'timed-out') AND issued_at > $2`,
    values: [[...commandable.keys()], new Date(now.getTime() - lateMs)],
  });
  if (rows.length === 0) return;
  const repository = manager.getRepository(commandTable);
  const waiting = await repository
    .createQueryBuilder('command')
    .where('command.id = ANY(:ids)', { ids: rows.map(({ id }) => id) })
    .getMany();
  const confirmed = waiting.flatMap((row): CommandRow[] => {
    const entity = commandable.get(row.entity);
    const effect = typeOf(row.type)?.commands[row.action]?.effect;
    if (entity === undefined || effect === undefined || !shows(entity, row, effect)) return [];
    return [{ ...row, state: 'confirmed', outcome: obeyed(row, now), updatedAt: now, seq: transaction.nextSeq() }];
  });
  if (confirmed.length === 0) return;
  await repository.upsert(confirmed, ['id']);
  transaction.changed({ commands: confirmed.map(toCommand) });
}

/** The device repeats the command's id, or has reported the value asked for since the command was issued. */
function shows(entity: Entity, row: CommandRow, effect: CommandDeclaration['effect']): boolean {
  const echo = effect.echo === undefined ? undefined : entity.attributes[effect.echo];
  if (echo?.type === 'Property' && echo.value === row.id) return true;
  if (row.state === 'timed-out') return false;
  const reported = entity.attributes[effect.property];
  const asked = row.parameters[effect.parameter];
  if (reported?.type !== 'Property' || typeof reported.value !== 'number' || typeof asked !== 'number') return false;
  const isSince = reported.observedAt !== undefined && Date.parse(reported.observedAt) >= row.issuedAt.getTime();
  return isSince && Math.abs(reported.value - asked * effect.factor) <= effect.tolerance;
}

function obeyed({ issuedAt }: CommandRow, now: Date): LocalizedText {
  const seconds = Math.max(0, (now.getTime() - issuedAt.getTime()) / 1000);
  const [fr, en] = ['fr-FR', 'en-GB'].map((language) => seconds.toLocaleString(language, { maximumFractionDigits: 1 }));
  return { fr: `Confirmée par l’appareil après ${fr} s`, en: `Confirmed by the device after ${en} s` };
}
