import { computed, signal } from '@preact/signals';
import type { Alert, Command, EntityView, LiveBatch, Snapshot } from '../../contract.ts';
import { compareConditions, isOpen, type Severity } from './condition.ts';

/**
 * What the console knows of the territory. Entities live in a plain map, because hundreds change in a second and one
 * signal each would cost more than it saves; `revision` says that something in it changed.
 */
const known = new Map<string, EntityView>();
export const revision = signal(0);

export const alerts = signal<ReadonlyMap<string, Alert>>(new Map());
export const commands = signal<ReadonlyMap<string, Command>>(new Map());

/** Change number up to which everything is known. */
let seq = 0;
export const lastSeq = (): number => seq;

/** Server's time of the newest batch, by its own clock; undefined before the first. */
export const dataAtMs = signal<number | undefined>(undefined);

/** How many snapshots have been read: values that only a panel shows may have changed unseen before the latest. */
export const snapshotCount = signal(0);

export const entities = (): ReadonlyMap<string, EntityView> => known;

/** Ended alerts and finished commands beyond this many are forgotten, oldest first, so that a console may stay open. */
const HISTORY_KEPT = 500;

export function applySnapshot(snapshot: Snapshot): void {
  known.clear();
  for (const entity of snapshot.entities) known.set(entity.id, entity);
  alerts.value = new Map(snapshot.alerts.map((alert) => [alert.id, alert]));
  commands.value = new Map(snapshot.commands.map((command) => [command.id, command]));
  seq = snapshot.seq;
  snapshotCount.value += 1;
  dataAtMs.value = Date.parse(snapshot.at);
  revision.value += 1;
}

/** @returns false when something between the last batch and this one is missing; nothing is applied then */
export function applyBatch(batch: LiveBatch): boolean {
  if (batch.from > seq) return false;
  for (const entity of batch.entities) {
    const before = known.get(entity.id);
    if (before === undefined || before.seq < entity.seq) known.set(entity.id, entity);
  }
  alerts.value = merged(alerts.value, batch.alerts, isOpen);
  commands.value = merged(commands.value, batch.commands, isUnderWay);
  seq = Math.max(seq, batch.to);
  dataAtMs.value = Date.parse(batch.at);
  if (batch.entities.length > 0) revision.value += 1;
  return true;
}

function merged<T extends { id: string; seq: number }>(
  before: ReadonlyMap<string, T>,
  changed: readonly T[],
  isCurrent: (item: T) => boolean,
): ReadonlyMap<string, T> {
  const news = changed.filter((item) => (before.get(item.id)?.seq ?? -1) < item.seq);
  if (news.length === 0) return before;
  const after = new Map(before);
  for (const item of news) after.set(item.id, item);
  const past = [...after.values()].filter((item) => !isCurrent(item));
  if (past.length > HISTORY_KEPT) {
    past.sort((a, b) => a.seq - b.seq);
    for (const item of past.slice(0, past.length - HISTORY_KEPT)) after.delete(item.id);
  }
  return after;
}

export const isUnderWay = (command: Command): boolean => command.state === 'issued' || command.state === 'sent';

/** What the server answered to an action, ahead of its batch. */
export function learnAlert(alert: Alert): void {
  alerts.value = merged(alerts.value, [alert], isOpen);
}

export function learnCommand(command: Command): void {
  commands.value = merged(commands.value, [command], isUnderWay);
}

/** Open alerts, worst first, then newest first. */
export const openAlerts = computed(() =>
  [...alerts.value.values()]
    .filter(isOpen)
    .sort((a, b) => compareConditions(a.severity, b.severity) || Date.parse(b.openedAt) - Date.parse(a.openedAt)),
);

/** Worst open severity of each entity that has an open alert. */
export const worstByEntity = computed(() => {
  const worst = new Map<string, Severity>();
  // Sorted worst first: the first one found of an entity is its worst.
  for (const alert of openAlerts.value) if (!worst.has(alert.entity)) worst.set(alert.entity, alert.severity);
  return worst;
});
